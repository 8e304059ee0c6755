using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Whole answers of `/v1/completions`: types to bytes. Text is all that it has words for.</summary>
public static class OpenAICompletionsWriter
{
    /// <summary>Writes a `text_completion`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The answer. Messages that bear <see cref="ChatKeys.ChoiceIndex"/> are choices of their own; all others are one.</param>
    /// <param name="head">The response's own facts.</param>
    /// <param name="echo">What every text begins with: the prompt where `echo` asks for it, else empty.</param>
    /// <param name="usage">What it took; the response's own where null.</param>
    /// <param name="losses">What it holds besides text.</param>
    public static void Write(IBufferWriter<byte> output, ChatResponse response, CompletionHead head, string echo, WireUsage? usage, LossReport losses)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(losses);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            head.Write(writer);
            writer.WriteStartArray("choices"u8);
            var choices = response.Messages.GroupBy(message => message.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int index) == true ? index : 0).OrderBy(group => group.Key).ToList();
            foreach (var choice in choices)
            {
                WriteChoice(writer, choice.Key, [.. choice], response.FinishReason, echo, losses);
            }

            if (choices.Count == 0)
            {
                WriteChoice(writer, 0, [], response.FinishReason, echo, losses);
            }

            writer.WriteEndArray();
            if ((usage ?? WireUsage.FromDetails(response.Usage)) is { } stated)
            {
                UsageWriter.Write(writer, stated);
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>The text of a content; null, and noted, for what is none.</summary>
    internal static string? TextOf(AIContent content, LossReport losses)
    {
        switch (content)
        {
            case TextContent text:
                return text.Text;
            case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal:
                losses.Change("refusal");
                return refusal.Message;
            case TextReasoningContent:
                losses.Drop("reasoning_content");
                return null;
            case FunctionCallContent:
                losses.Drop("tool_calls");
                return null;
            default:
                return null;
        }
    }

    internal static string FinishText(string? reason) => reason is null or "tool_calls" or "function_call" ? "stop" : reason;

    private static void WriteChoice(Utf8JsonWriter writer, int index, IReadOnlyList<ChatMessage> messages, ChatFinishReason? finish, string echo, LossReport losses)
    {
        var text = string.Concat(messages.Where(message => message.Role == ChatRole.Assistant).SelectMany(message => message.Contents).Select(content => TextOf(content, losses)));
        JsonElement? logprobs = null;
        string? ownFinish = null;
        foreach (var properties in messages.Select(message => message.AdditionalProperties).OfType<AdditionalPropertiesDictionary>())
        {
            logprobs ??= properties.TryGetValue(ChatKeys.Logprobs, out JsonElement value) ? value : null;
            ownFinish ??= properties.TryGetValue(ChatKeys.ChoiceFinishReason, out string? reason) ? reason : null;
        }

        writer.WriteStartObject();
        writer.WriteString("text"u8, echo + text);
        writer.WriteNumber("index"u8, index);
        CompletionLogprobs.Write(writer, logprobs, echo.Length);
        writer.WriteString("finish_reason"u8, FinishText(ownFinish ?? finish?.Value));
        writer.WriteEndObject();
    }
}

/// <summary>What stands at the head of every completion and of every piece of one.</summary>
/// <param name="Id">For example `cmpl-…`.</param>
/// <param name="Model">What the caller is told of the model.</param>
/// <param name="Created">When the answer was made.</param>
public sealed record CompletionHead(string Id, string Model, DateTimeOffset Created)
{
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("id"u8, Id);
        writer.WriteString("object"u8, "text_completion"u8);
        writer.WriteNumber("created"u8, Created.ToUnixTimeSeconds());
        writer.WriteString("model"u8, Model);
    }
}
