using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Whole answers: types to bytes.</summary>
public static class AnthropicResponseWriter
{
    /// <summary>Writes a `message`. Of an answer with several choices the first; this dialect cannot ask for more.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The answer.</param>
    /// <param name="id">For example `msg_…`.</param>
    /// <param name="model">What the caller is told of the model.</param>
    /// <param name="usage">What it took; the response's own where null, and zero where that says nothing.</param>
    public static void Write(IBufferWriter<byte> output, ChatResponse response, string id, string model, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "message"u8);
            writer.WriteString("role"u8, "assistant"u8);
            writer.WriteString("model"u8, model);
            var contents = response.Messages.Where(IsFirstChoice).SelectMany(message => message.Contents);
            var hasCalls = ContentWriter.WriteAll(writer, contents);
            var (reason, sequence) = StopReasons.Write(response.FinishReason, response.AdditionalProperties, hasCalls);
            writer.WriteString("stop_reason"u8, reason);
            writer.WriteString("stop_sequence"u8, sequence);
            WriteKept(writer, response.AdditionalProperties);
            UsageWriter.Write(writer, usage ?? WireUsage.FromDetails(response.Usage) ?? default);
            writer.WriteEndObject();
        });
    }

    private static bool IsFirstChoice(ChatMessage message) =>
        message.Role == ChatRole.Assistant && !(message.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out var index) == true && index is > 0);

    private static void WriteKept(Utf8JsonWriter writer, AdditionalPropertiesDictionary? kept)
    {
        foreach (var (key, value) in kept ?? [])
        {
            if (AnthropicKeys.MemberOf(key) is { } member)
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, member);
            }
        }
    }
}
