using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Whole answers: types to bytes.</summary>
public static class OpenAIResponseWriter
{
    /// <summary>Writes a `chat.completion`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The answer. Messages that bear <see cref="ChatKeys.ChoiceIndex"/> are choices of their own; all others are one.</param>
    /// <param name="id">For example `chatcmpl-…`.</param>
    /// <param name="model">What the caller is told of the model.</param>
    /// <param name="created">When the answer was made.</param>
    /// <param name="usage">What it took; the response's own where null.</param>
    public static void Write(IBufferWriter<byte> output, ChatResponse response, string id, string model, DateTimeOffset created, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("object"u8, "chat.completion"u8);
            writer.WriteNumber("created"u8, created.ToUnixTimeSeconds());
            writer.WriteString("model"u8, model);
            ExtraMembers.Write(writer, response.AdditionalProperties, null, null, "id", "object", "created", "model", "choices", "usage", "error");
            writer.WriteStartArray("choices"u8);
            var choices = response.Messages.GroupBy(message => message.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int index) == true ? index : 0).OrderBy(group => group.Key);
            var isAny = false;
            foreach (var choice in choices)
            {
                WriteChoice(writer, choice.Key, [.. choice], response.FinishReason);
                isAny = true;
            }

            if (!isAny)
            {
                WriteChoice(writer, 0, [], response.FinishReason);
            }

            writer.WriteEndArray();
            if ((usage ?? WireUsage.FromDetails(response.Usage)) is { } stated)
            {
                UsageWriter.Write(writer, stated);
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteChoice(Utf8JsonWriter writer, int index, IReadOnlyList<ChatMessage> messages, ChatFinishReason? finish)
    {
        var contents = messages.Where(message => message.Role == ChatRole.Assistant).SelectMany(message => message.Contents).ToList();
        var calls = contents.OfType<FunctionCallContent>().ToList();
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        var text = string.Concat(contents.OfType<TextContent>().Select(content => content.Text));
        var refusal = contents.OfType<ErrorContent>().FirstOrDefault(content => content.ErrorCode == ChatKeys.Refusal)?.Message;
        writer.WriteString("content"u8, text.Length == 0 && (calls.Count > 0 || refusal is not null) ? null : text);
        writer.WriteString("refusal"u8, refusal);
        WriteThinking(writer, [.. contents.OfType<TextReasoningContent>()]);

        if (calls.Count > 0)
        {
            MessageWriter.WriteToolCalls(writer, calls, withIndex: false);
        }

        JsonElement? logprobs = null;
        string? ownFinish = null;
        foreach (var properties in messages.Select(message => message.AdditionalProperties).OfType<AdditionalPropertiesDictionary>())
        {
            logprobs ??= properties.TryGetValue("logprobs", out JsonElement value) ? value : null;
            ownFinish ??= properties.TryGetValue(ChatKeys.ChoiceFinishReason, out string? reason) ? reason : null;
        }

        // Two messages may name the same member; on the wire it can stand once.
        var kept = new AdditionalPropertiesDictionary();
        foreach (var (key, value) in messages.SelectMany(message => message.AdditionalProperties ?? []))
        {
            kept[key] = value;
        }

        ThoughtSignatures.Write(writer, MessageSignature.Of(contents), kept);
        ExtraMembers.Write(writer, kept, null, null, "role", "content", "refusal", "reasoning_content", ReasoningDetails.Member, "tool_calls", "logprobs");
        writer.WriteEndObject();
        writer.WritePropertyName("logprobs"u8);
        LooseValue.Write(writer, logprobs, "logprobs");
        writer.WriteString("finish_reason"u8, FinishText(ownFinish ?? finish?.Value, calls.Count > 0));
        writer.WriteEndObject();
    }

    internal static string FinishText(string? reason, bool hasToolCalls) => hasToolCalls && (reason is null or "stop") ? "tool_calls" : reason ?? "stop";

    private static void WriteThinking(Utf8JsonWriter writer, IReadOnlyList<TextReasoningContent> contents)
    {
        var text = string.Concat(contents.Select(content => content.Text));
        if (text.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, text);
        }

        ReasoningDetails.WriteMember(writer, contents);
    }
}
