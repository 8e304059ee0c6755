using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes the messages of a request.</summary>
internal static class MessageWriter
{
    public static void Write(Utf8JsonWriter writer, ChatMessage message, string path, OpenAITarget target, LossReport losses)
    {
        // One message per result on this wire; Microsoft.Extensions.AI may hold several in one, and other dialects text beside them.
        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            ToolResultWriter.Write(writer, result, path, losses);
        }

        var contents = message.Contents.Where(content => content is not FunctionResultContent).ToList();
        if (contents.Count > 0 || contents.Count == message.Contents.Count)
        {
            WriteMessage(writer, message, contents, path, target, losses);
        }
    }

    /// <summary>`tool_calls`, as a message or (with `index`) a stream's delta holds it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="calls">The calls.</param>
    /// <param name="withIndex">As a delta.</param>
    /// <param name="firstIndex">The first call's `index`.</param>
    /// <param name="losses">For a request; null for an answer.</param>
    /// <param name="isStrict">Leave out what OpenAI itself does not know.</param>
    public static void WriteToolCalls(Utf8JsonWriter writer, IReadOnlyList<FunctionCallContent> calls, bool withIndex, int firstIndex = 0, LossReport? losses = null, bool isStrict = false)
    {
        writer.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            var (call, extra) = (calls[i], calls[i].AdditionalProperties);
            writer.WriteStartObject();
            if (withIndex)
            {
                writer.WriteNumber("index"u8, firstIndex + i);
            }

            writer.WriteString("id"u8, call.CallId);
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, call.Name);
            writer.WriteString("arguments"u8, ToolArguments.ToText(call));
            writer.WriteEndObject();
            if (isStrict && losses is not null)
            {
                DropSignature(ThoughtSignatures.Of(call), losses);
                ExtraMembers.DropAll(extra, losses);
            }
            else
            {
                ThoughtSignatures.Write(writer, ThoughtSignatures.Of(call), extra);
                ExtraMembers.Write(writer, extra, null, losses);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter writer, ChatMessage message, List<AIContent> contents, string path, OpenAITarget target, LossReport losses)
    {
        writer.WriteStartObject();
        // What stands beside the results of tools is the user's.
        writer.WriteString("role"u8, message.Role == ChatRole.Tool ? "user" : message.Role.Value);
        var calls = contents.OfType<FunctionCallContent>().ToList();
        WriteContent(writer, contents, calls.Count > 0, path, target, losses);
        WriteThinking(writer, [.. contents.OfType<TextReasoningContent>()], target, losses);
        if (message.AuthorName is { Length: > 0 } name)
        {
            WriteName(writer, name, target, losses);
        }

        if (calls.Count > 0)
        {
            WriteToolCalls(writer, calls, withIndex: false, 0, losses, target.IsStrict);
        }

        var signature = MessageSignature.Of(contents);
        if (target.IsStrict)
        {
            DropSignature(signature, losses);
        }
        else
        {
            ThoughtSignatures.Write(writer, signature, message.AdditionalProperties);
        }

        ExtraMembers.Write(writer, message.AdditionalProperties, path, losses, "role", "content", "name", "tool_calls", "reasoning_content", ReasoningDetails.Member);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, List<AIContent> contents, bool hasCalls, string path, OpenAITarget target, LossReport losses)
    {
        var parts = contents.Where(content => content is not (FunctionCallContent or TextReasoningContent or UsageContent)).ToList();
        if (parts.Count == 0 && hasCalls)
        {
            writer.WriteNull("content"u8);
        }
        else if (parts.All(part => part is TextContent && IsPlain(part, target, losses)))
        {
            writer.WriteString("content"u8, string.Concat(parts.Cast<TextContent>().Select(part => part.Text)));
        }
        else
        {
            writer.WriteStartArray("content"u8);
            for (var i = 0; i < parts.Count; i++)
            {
                PartWriter.Write(writer, parts[i], $"{path}.content[{i}]", target, losses);
            }

            writer.WriteEndArray();
        }
    }

    // Whether a text is its text alone. What is lost on the way is reported here: such a text is not written as a part.
    private static bool IsPlain(AIContent part, OpenAITarget target, LossReport losses)
    {
        var isPlain = true;
        foreach (var (key, _) in part.AdditionalProperties ?? [])
        {
            if (target.IsStrict && key == ChatKeys.CacheControl)
            {
                losses.Drop(key);
            }
            else
            {
                isPlain &= !ExtraMembers.TryName(key, losses, out _);
            }
        }

        return isPlain;
    }

    private static void WriteThinking(Utf8JsonWriter writer, IReadOnlyList<TextReasoningContent> thinking, OpenAITarget target, LossReport losses)
    {
        if (thinking.Count == 0)
        {
            return;
        }

        if (target.IsStrict)
        {
            losses.Drop("messages.reasoning_content");
            return;
        }

        var text = string.Concat(thinking.Select(content => content.Text));
        if (text.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, text);
        }

        ReasoningDetails.WriteMember(writer, thinking);
    }

    private static void WriteName(Utf8JsonWriter writer, string name, OpenAITarget target, LossReport losses)
    {
        if (target.Refused.Contains(OpenAITarget.Names))
        {
            losses.Drop(OpenAITarget.Names);
            return;
        }

        writer.WriteString("name"u8, name);
    }

    private static void DropSignature(string? signature, LossReport losses)
    {
        if (signature is not null)
        {
            losses.Drop("messages.tool_calls." + ThoughtSignatures.Member);
        }
    }
}
