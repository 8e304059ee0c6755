using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>What an answer's times come to, in nanoseconds on the wire.</summary>
/// <param name="Total">From the request to its end.</param>
/// <param name="Prompt">Until the first content.</param>
/// <param name="Answer">From then on.</param>
public readonly record struct OllamaDurations(TimeSpan Total, TimeSpan Prompt, TimeSpan Answer);

/// <summary>
/// One answer as lines, of `/api/chat` or of `/api/generate`: updates to bytes. A line for each piece, the counters on the last alone. For one answer, not
/// for two threads.
/// </summary>
/// <param name="model">What the caller is told of the model.</param>
/// <param name="isGenerate">Whether the answer is `/api/generate`'s: `response` instead of `message`.</param>
/// <param name="losses">Where it is noted what the dialect cannot say; null = nowhere.</param>
public sealed class OllamaAnswerWriter(string model, bool isGenerate, LossReport? losses = null)
{
    private readonly Dictionary<string, char> _halves = []; // of a surrogate pair whose second half is still to come
    private ChatFinishReason? _finish;
    private WireUsage? _usage;

    /// <summary>Writes a whole answer: one object, without a line end.</summary>
    public static void WriteWhole(
        IBufferWriter<byte> output, ChatResponse response, string model, bool isGenerate, DateTimeOffset now, OllamaDurations durations, WireUsage? usage,
        LossReport? losses = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(response);
        var message = response.Messages.FirstOrDefault(one => one.Role == ChatRole.Assistant);
        var contents = message?.Contents ?? [];
        var text = string.Concat(contents.OfType<TextContent>().Select(content => content.Text)) + string.Concat(Refusals(contents));
        var thinking = string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text));
        new OllamaAnswerWriter(model, isGenerate, losses).WriteObject(
            output, now, text, thinking, [.. contents.OfType<FunctionCallContent>()], message?.AdditionalProperties,
            writer => WriteEnd(writer, response.FinishReason, durations, usage ?? WireUsage.FromDetails(response.Usage)));
    }

    /// <summary>Writes an update as lines; nothing for one without content. A finish reason is kept for the end.</summary>
    public void Write(IBufferWriter<byte> output, ChatResponseUpdate update, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(update);
        _finish ??= update.FinishReason;
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case UsageContent usage:
                    _usage = WireUsage.FromDetails(usage.Details) ?? _usage;
                    break;
                case TextContent { Text.Length: > 0 } text when Whole("content", text.Text) is { Length: > 0 } piece:
                    WriteLine(output, now, piece, "", [], update.AdditionalProperties);
                    break;
                case ErrorContent { ErrorCode: ChatKeys.Refusal } refusal when Whole("content", refusal.Message) is { Length: > 0 } piece:
                    WriteLine(output, now, piece, "", [], null);
                    break;
                case TextReasoningContent { Text.Length: > 0 } thinking when Whole("thinking", thinking.Text) is { Length: > 0 } piece:
                    WriteLine(output, now, "", piece, [], null);
                    break;
                case FunctionCallContent call:
                    WriteLine(output, now, "", "", [call], null);
                    break;
            }
        }
    }

    /// <summary>The last line of an answer that succeeded.</summary>
    public void Complete(IBufferWriter<byte> output, DateTimeOffset now, OllamaDurations durations, WireUsage? usage)
    {
        ArgumentNullException.ThrowIfNull(output);
        var content = _halves.Remove("content", out var half) ? half.ToString() : "";
        var thinking = _halves.Remove("thinking", out half) ? half.ToString() : "";
        WriteObject(output, now, content, thinking, [], null, writer => WriteEnd(writer, _finish, durations, usage ?? _usage));
        output.Write("\n"u8);
    }

    /// <summary>An error, as a body and, with its line end, as the last line of a stream.</summary>
    public static void WriteError(IBufferWriter<byte> output, string message) => OllamaJson.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("error"u8, message);
        writer.WriteEndObject();
    });

    private static IEnumerable<string> Refusals(IEnumerable<AIContent> contents) =>
        contents.OfType<ErrorContent>().Where(content => content.ErrorCode == ChatKeys.Refusal).Select(content => content.Message);

    private string Whole(string member, string text)
    {
        if (_halves.Remove(member, out var half))
        {
            text = half + text;
        }

        if (char.IsHighSurrogate(text[^1]))
        {
            _halves[member] = text[^1];
            text = text[..^1];
        }

        return text;
    }

    private void WriteLine(
        IBufferWriter<byte> output, DateTimeOffset now, string text, string thinking, IReadOnlyList<FunctionCallContent> calls, AdditionalPropertiesDictionary? properties)
    {
        WriteObject(output, now, text, thinking, calls, properties, writer => writer.WriteBoolean("done"u8, false));
        output.Write("\n"u8);
    }

    private void WriteObject(
        IBufferWriter<byte> output, DateTimeOffset now, string text, string thinking, IReadOnlyList<FunctionCallContent> calls,
        AdditionalPropertiesDictionary? properties, Action<Utf8JsonWriter> end) => OllamaJson.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        writer.WriteString("created_at"u8, now.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
        if (!isGenerate)
        {
            writer.WriteStartObject("message"u8);
            writer.WriteString("role"u8, "assistant"u8);
        }

        writer.WriteString(isGenerate ? "response" : "content", text);
        if (thinking.Length > 0)
        {
            writer.WriteString("thinking"u8, thinking);
        }

        WriteCalls(writer, calls);
        if (!isGenerate)
        {
            writer.WriteEndObject();
        }

        if (properties?.TryGetValue(ChatKeys.Logprobs, out JsonElement logprobs) == true && OllamaJson.Member(logprobs, "content"u8, JsonValueKind.Array) is { } rows)
        {
            writer.WritePropertyName("logprobs"u8);
            rows.WriteTo(writer);
        }

        end(writer);
        writer.WriteEndObject();
    });

    private void WriteCalls(Utf8JsonWriter writer, IReadOnlyList<FunctionCallContent> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, calls[i].CallId);
            writer.WriteStartObject("function"u8);
            writer.WriteNumber("index"u8, i);
            writer.WriteString("name"u8, calls[i].Name);
            writer.WritePropertyName("arguments"u8);
            if (calls[i].Arguments is null && calls[i].AdditionalProperties?.ContainsKey(ChatKeys.RawArguments) == true)
            {
                losses?.Change("tool_calls.function.arguments"); // no object, and there is no place for anything else
            }

            LooseValue.Write(writer, calls[i].Arguments ?? new Dictionary<string, object?>(), "arguments");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteEnd(Utf8JsonWriter writer, ChatFinishReason? finish, OllamaDurations durations, WireUsage? usage)
    {
        writer.WriteBoolean("done"u8, true);
        writer.WriteString("done_reason"u8, finish == ChatFinishReason.Length ? "length" : "stop"); // a turn of calls stops, too
        writer.WriteNumber("total_duration"u8, Nanoseconds(durations.Total));
        writer.WriteNumber("load_duration"u8, 0);
        if (usage is { } stated)
        {
            writer.WriteNumber("prompt_eval_count"u8, stated.InputTokens);
            writer.WriteNumber("prompt_eval_duration"u8, Nanoseconds(durations.Prompt));
            writer.WriteNumber("eval_count"u8, stated.OutputTokens);
            writer.WriteNumber("eval_duration"u8, Nanoseconds(durations.Answer));
        }
    }

    internal static long Nanoseconds(TimeSpan time) => Math.Max(0, time.Ticks) * 100;
}
