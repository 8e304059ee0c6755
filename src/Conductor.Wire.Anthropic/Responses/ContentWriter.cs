using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes the blocks of an answer.</summary>
internal static class ContentWriter
{
    /// <summary>The contents of one answer, in one list of blocks; thinking in pieces is put together.</summary>
    public static bool WriteAll(Utf8JsonWriter writer, IEnumerable<AIContent> contents)
    {
        var hasCalls = false;
        string? thinking = null;
        writer.WriteStartArray("content"u8);
        foreach (var content in contents)
        {
            if (content is TextReasoningContent reasoning && !SignatureText.IsRedacted(reasoning))
            {
                thinking += reasoning.Text;
                if (!string.IsNullOrEmpty(reasoning.ProtectedData))
                {
                    WriteThinking(writer, thinking, SignatureText.Write(reasoning));
                    thinking = null;
                }

                continue;
            }

            Flush(writer, ref thinking);
            hasCalls |= content is FunctionCallContent;
            WriteOne(writer, content);
        }

        Flush(writer, ref thinking);
        writer.WriteEndArray();
        return hasCalls;
    }

    public static void WriteRedacted(Utf8JsonWriter writer, string data)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "redacted_thinking"u8);
        writer.WriteString("data"u8, data);
        writer.WriteEndObject();
    }

    /// <summary>The arguments of a call as an object; where a model wrote something else, that text under `arguments`.</summary>
    public static void WriteInput(Utf8JsonWriter writer, FunctionCallContent call)
    {
        if (call.Arguments is null && call.AdditionalProperties?.TryGetValue(ChatKeys.RawArguments, out var raw) == true && raw is string text)
        {
            writer.WriteStartObject();
            writer.WriteString("arguments"u8, text);
            writer.WriteEndObject();
            return;
        }

        LooseValue.Write(writer, call.Arguments ?? new Dictionary<string, object?>(), "input");
    }

    /// <summary>Members of a block that only this dialect has.</summary>
    public static void WriteExtra(Utf8JsonWriter writer, AIContent content)
    {
        foreach (var (key, value) in content.AdditionalProperties ?? [])
        {
            if (AnthropicKeys.MemberOf(key) is { } member && key is not (AnthropicKeys.Block or AnthropicKeys.Kind))
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, member);
            }
        }
    }

    /// <summary>Gemini's signature beside a content, which this dialect has no member for.</summary>
    public static string? ThoughtOf(AIContent content) =>
        content.AdditionalProperties?.TryGetValue(ChatKeys.ThoughtSignature, out var value) == true && value is string { Length: > 0 } signature ? SignatureText.WriteThought(signature) : null;

    private static void WriteOne(Utf8JsonWriter writer, AIContent content)
    {
        if (AnthropicKeys.RawBlock(content) is { } raw)
        {
            raw.WriteTo(writer);
            return;
        }

        if (ThoughtOf(content) is { } thought)
        {
            WriteRedacted(writer, thought);
        }

        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                WriteText(writer, text.Text, text);
                break;
            case ErrorContent { Message.Length: > 0 } refusal:
                WriteText(writer, refusal.Message, refusal);
                break;
            case TextReasoningContent withheld:
                WriteRedacted(writer, SignatureText.Write(withheld));
                break;
            case FunctionCallContent call:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "tool_use"u8);
                writer.WriteString("id"u8, call.CallId);
                writer.WriteString("name"u8, call.Name);
                writer.WritePropertyName("input"u8);
                WriteInput(writer, call);
                WriteExtra(writer, call);
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter writer, string text, AIContent content)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        writer.WriteString("text"u8, text);
        WriteExtra(writer, content);
        writer.WriteEndObject();
    }

    private static void Flush(Utf8JsonWriter writer, ref string? thinking)
    {
        if (!string.IsNullOrEmpty(thinking))
        {
            WriteThinking(writer, thinking, "");
        }

        thinking = null;
    }

    private static void WriteThinking(Utf8JsonWriter writer, string thinking, string signature)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "thinking"u8);
        writer.WriteString("thinking"u8, thinking);
        writer.WriteString("signature"u8, signature);
        writer.WriteEndObject();
    }
}
