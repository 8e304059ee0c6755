using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>One stream of `/v1/completions`: updates to bytes. The prompt comes first where `echo` asks for it, exactly one finish for each choice, usage last and only when asked for.</summary>
/// <param name="head">What stands at the head of every event.</param>
/// <param name="echo">What every choice begins with; empty for nothing.</param>
/// <param name="wantsUsage">Whether the caller asked for usage.</param>
/// <param name="losses">What the updates hold besides text.</param>
public sealed class OpenAICompletionChunkWriter(CompletionHead head, string echo, bool wantsUsage, LossReport losses)
{
    private readonly SortedDictionary<int, Choice> _choices = [];
    private WireUsage? _usage;

    /// <summary>Writes an update as events with their blank lines; nothing for an update without text. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        var index = update.AdditionalProperties?.TryGetValue(ChatKeys.ChoiceIndex, out int given) == true ? given : 0;
        JsonElement? logprobs = update.AdditionalProperties?.TryGetValue(ChatKeys.Logprobs, out JsonElement value) == true ? value : null;
        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
            {
                _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
            }
            else if (OpenAICompletionsWriter.TextOf(content, losses) is { Length: > 0 } text)
            {
                WriteText(output, index, text, logprobs);
                logprobs = null; // once, beside the first text of the update
            }
        }

        if (update.FinishReason is { } finish)
        {
            Of(index).Finish ??= finish.Value;
        }
    }

    /// <summary>Ends a stream that succeeded: the finish of each choice, the usage when it was asked for, `[DONE]`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="usage">What the answer took; what the updates said where null.</param>
    public void Complete(IBufferWriter<byte> output, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_choices.Count == 0)
        {
            Of(0);
        }

        foreach (var (index, choice) in _choices)
        {
            var rest = (choice.IsEchoOut ? "" : echo) + choice.Half;
            WriteEvent(output, index, rest, null, choice, OpenAICompletionsWriter.FinishText(choice.Finish));
        }

        if (wantsUsage && (usage ?? _usage) is { } stated)
        {
            WriteEvent(output, writer =>
            {
                writer.WriteStartArray("choices"u8);
                writer.WriteEndArray();
                UsageWriter.Write(writer, stated);
            });
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>A pair of surrogates that two pieces share is put together: half of one is no text.</summary>
    private void WriteText(IBufferWriter<byte> output, int index, string text, JsonElement? logprobs)
    {
        var choice = Of(index);
        text = choice.Half + text;
        choice.Half = char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
        text = text[..^choice.Half.Length];
        if (!choice.IsEchoOut)
        {
            choice.IsEchoOut = true;
            choice.Offset = echo.Length;
            text = echo + text;
        }

        if (text.Length > 0)
        {
            WriteEvent(output, index, text, logprobs, choice, finish: null);
        }
    }

    private void WriteEvent(IBufferWriter<byte> output, int index, string text, JsonElement? logprobs, Choice choice, string? finish) => WriteEvent(output, writer =>
    {
        writer.WriteStartArray("choices"u8);
        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        writer.WriteNumber("index"u8, index);
        choice.Offset = CompletionLogprobs.Write(writer, logprobs, choice.Offset);
        writer.WriteString("finish_reason"u8, finish);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (wantsUsage)
        {
            writer.WriteNull("usage"u8);
        }
    });

    private void WriteEvent(IBufferWriter<byte> output, Action<Utf8JsonWriter> body)
    {
        output.Write("data: "u8);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            head.Write(writer);
            body(writer);
            writer.WriteEndObject();
        });
        output.Write("\n\n"u8);
    }

    private Choice Of(int index)
    {
        if (!_choices.TryGetValue(index, out var choice))
        {
            _choices[index] = choice = new Choice();
        }

        return choice;
    }

    private sealed class Choice
    {
        public bool IsEchoOut { get; set; }

        public string Half { get; set; } = "";

        public int Offset { get; set; }

        public string? Finish { get; set; }
    }
}
