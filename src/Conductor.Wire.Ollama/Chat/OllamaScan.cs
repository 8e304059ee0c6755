using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Ollama;

/// <summary>Looks through answers that go on as bytes, of `/api/chat`, `/api/generate` and `/api/embed`: enough to know success from failure and to count, without building anything.</summary>
public static class OllamaScan
{
    /// <summary>The usage that a whole answer states; null where the prompt was not counted.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer, an error, or one that is not done.</exception>
    public static WireUsage? ScanAnswer(ReadOnlySpan<byte> response)
    {
        var seen = ScanLine(response);
        return seen.IsError ? throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", new WireError(OllamaErrorReader.TryRead(response) ?? ""))
            : seen.IsInvalid ? throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or holds nothing of what an answer is made of.")
            : seen.IsFinished ? seen.Usage
            : throw new WireResponseException(WireResponseFault.WrongShape, "The answer is not done.");
    }

    /// <summary>The usage that an answer with vectors states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no such answer.</exception>
    public static WireUsage? ScanEmbeddings(ReadOnlySpan<byte> response)
    {
        var (_, tokens) = OllamaEmbed.Read(response);
        return tokens is { } count ? new WireUsage { InputTokens = Math.Min(count, WireUsage.Limit) } : null;
    }

    /// <summary>What one line holds. Never throws.</summary>
    public static OllamaEvent ScanLine(ReadOnlySpan<byte> line)
    {
        line = line.StartsWith(OllamaJson.ByteOrderMark) ? line[OllamaJson.ByteOrderMark.Length..] : line;
        if (!Utf8.IsValid(line))
        {
            return new OllamaEvent { IsInvalid = true };
        }

        try
        {
            return Read(StrictJson.Mend(line));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return new OllamaEvent { IsInvalid = true };
        }
    }

    private static OllamaEvent Read(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, StrictJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new OllamaEvent { IsInvalid = true };
        }

        bool isKnown = false, isError = false, hasContent = false, isFinished = false;
        long input = 0, output = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                isKnown |= reader.TokenType == JsonTokenType.StartObject;
                hasContent |= ReadMessage(ref reader);
                continue;
            }

            var isText = reader.ValueTextEquals("response"u8) || reader.ValueTextEquals("thinking"u8); // `/api/generate` says them here
            var (isDone, isErrorMember) = (reader.ValueTextEquals("done"u8), reader.ValueTextEquals("error"u8));
            var (isInput, isOutput) = (reader.ValueTextEquals("prompt_eval_count"u8), reader.ValueTextEquals("eval_count"u8));
            reader.Read();
            isKnown |= isText && reader.TokenType == JsonTokenType.String;
            hasContent |= isText && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
            isFinished |= isDone && reader.TokenType == JsonTokenType.True;
            isError |= isErrorMember && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False);
            input = isInput ? Count(ref reader) : input;
            output = isOutput ? Count(ref reader) : output;
            reader.Skip();
        }

        while (reader.Read())
        {
        }

        return new OllamaEvent
        {
            HasContent = hasContent && !isError,
            IsFinished = isFinished && !isError,
            IsError = isError,
            IsInvalid = !isKnown && !isFinished && !isError,
            Usage = isFinished ? Usage(input, output) : null,
        };
    }

    /// <summary>Whether a message holds more than an empty text; leaves the reader on its end.</summary>
    private static bool ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var hasContent = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("thinking"u8) || reader.ValueTextEquals("tool_calls"u8);
            reader.Read();
            var start = reader.BytesConsumed;
            var (isText, isList) = (reader.TokenType == JsonTokenType.String, reader.TokenType == JsonTokenType.StartArray);
            hasContent |= isContent && isText && !reader.ValueSpan.IsEmpty;
            reader.Skip();
            hasContent |= isContent && isList && reader.BytesConsumed - start > 1; // more than its closing bracket
        }

        return hasContent;
    }

    private static long Count(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var count) && count > 0 ? count : 0;

    // As OllamaChunkReader has it: a prompt that was not counted is not a prompt of nothing.
    private static WireUsage? Usage(long input, long output)
    {
        var isSuspect = false;
        return input == 0 ? null : new WireUsage { InputTokens = WireUsage.Clamp(input, ref isSuspect), OutputTokens = WireUsage.Clamp(output, ref isSuspect), IsSuspect = isSuspect };
    }
}
