using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Whole answers: types to bytes.</summary>
public static class GeminiResponseWriter
{
    /// <summary>Writes an answer of `generateContent`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="response">The answer. Messages that bear <see cref="ChatKeys.ChoiceIndex"/> are candidates of their own; all others are one.</param>
    /// <param name="id">`responseId`.</param>
    /// <param name="model">`modelVersion`: what the caller is told of the model.</param>
    /// <param name="usage">What it took; the response's own where null.</param>
    /// <param name="showsThoughts">Whether the caller asked for thoughts (<see cref="GeminiPeek.ShowsThoughts"/>).</param>
    public static void Write(IBufferWriter<byte> output, ChatResponse response, string id, string model, WireUsage? usage = null, bool showsThoughts = true)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("candidates"u8);
            var choices = response.Messages.GroupBy(message => message.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int index) == true ? index : 0).OrderBy(group => group.Key).ToList();
            foreach (var choice in choices)
            {
                WriteCandidate(writer, choice.Key, [.. choice], response, showsThoughts);
            }

            if (choices.Count == 0)
            {
                WriteCandidate(writer, 0, [], response, showsThoughts);
            }

            writer.WriteEndArray();
            foreach (var (name, value) in GeminiKeys.Kept(response.AdditionalProperties, ""))
            {
                writer.WritePropertyName(name);
                LooseValue.Write(writer, value, name);
            }

            if ((usage ?? WireUsage.FromDetails(response.Usage)) is { } stated)
            {
                UsageWriter.Write(writer, stated);
            }

            writer.WriteString("modelVersion"u8, model);
            writer.WriteString("responseId"u8, id);
            writer.WriteEndObject();
        });
    }

    private static void WriteCandidate(Utf8JsonWriter writer, int index, IReadOnlyList<ChatMessage> messages, ChatResponse response, bool showsThoughts)
    {
        var contents = messages.Where(message => message.Role == ChatRole.Assistant).SelectMany(message => message.Contents).ToList();
        string? finish = null;
        object? logprobs = response.AdditionalProperties?.TryGetValue(ChatKeys.Logprobs, out var whole) == true ? whole : null;
        var kept = new AdditionalPropertiesDictionary();
        foreach (var (key, value) in messages.SelectMany(message => message.AdditionalProperties ?? []))
        {
            kept[key] = value;
            finish ??= key == ChatKeys.ChoiceFinishReason ? OptionValue.Text(value) : null;
            logprobs ??= key == ChatKeys.Logprobs ? value : null;
        }

        var native = index == 0 && response.AdditionalProperties?.TryGetValue(ChatKeys.NativeFinishReason, out string? own) == true ? own : null;
        var isRefusal = contents.Any(content => content is ErrorContent { ErrorCode: ChatKeys.Refusal });
        writer.WriteStartObject();
        CandidateWriter.WriteContent(writer, contents, showsThoughts);
        writer.WriteString("finishReason"u8, FinishReasons.Write(isRefusal ? "content_filter" : finish ?? response.FinishReason?.Value, native));
        writer.WriteNumber("index"u8, index);
        Logprobs.Write(writer, logprobs);
        CandidateWriter.WriteKept(writer, kept);
        writer.WriteEndObject();
    }
}
