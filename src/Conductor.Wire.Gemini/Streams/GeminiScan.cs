using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Gemini;

/// <summary>Looks through answers that go on as bytes: enough to know success from failure and to pay, without building anything.</summary>
public static class GeminiScan
{
    /// <summary>The usage that a whole chat answer states; null where it states none. A refused prompt is an answer too: the caller's own dialect has a word for it.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no candidates, an error in a 200.</exception>
    public static WireUsage? ScanChat(ReadOnlySpan<byte> response) => ScanWhole(response, "candidates"u8, "promptFeedback"u8);

    /// <summary>The usage that an answer of `embedContent` or `batchEmbedContents` states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no vectors, an error in a 200.</exception>
    public static WireUsage? ScanEmbeddings(ReadOnlySpan<byte> response) => ScanWhole(response, "embeddings"u8, "embedding"u8);

    /// <summary>What one piece holds. Never throws.</summary>
    public static GeminiEvent ScanEvent(ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \t\r\n"u8);
        if (data.IsEmpty)
        {
            return default;
        }

        if (!Utf8.IsValid(data))
        {
            return new GeminiEvent { IsInvalid = true };
        }

        try
        {
            return ReadEvent(StrictJson.Mend(data));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return new GeminiEvent { IsInvalid = true };
        }
    }

    private static WireUsage? ScanWhole(ReadOnlySpan<byte> response, ReadOnlySpan<byte> list, ReadOnlySpan<byte> other)
    {
        if (!Utf8.IsValid(response))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        WireUsage? usage = null;
        bool isAnswer = false, isError = false;
        try
        {
            var reader = new Utf8JsonReader(StrictJson.Mend(response), StrictJson.ReaderOptions);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isList, isOther, isUsage) = (reader.ValueTextEquals(list), reader.ValueTextEquals(other), reader.ValueTextEquals("usageMetadata"u8));
                isError |= reader.ValueTextEquals("error"u8);
                reader.Read();
                if (isUsage)
                {
                    usage = UsageReader.Read(ref reader);
                    continue;
                }

                var start = reader.BytesConsumed;
                var isFull = (isList && reader.TokenType == JsonTokenType.StartArray) || (isOther && reader.TokenType == JsonTokenType.StartObject);
                reader.Skip();
                isAnswer |= isFull && reader.BytesConsumed - start > 1;
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }

        if (isError && GeminiErrorReader.TryRead(response) is { } error)
        {
            throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", error.ToWireError());
        }

        return isAnswer ? usage : throw new WireResponseException(WireResponseFault.Empty, "The answer is empty.");
    }

    private static GeminiEvent ReadEvent(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new GeminiEvent { IsInvalid = true };
        }

        WireUsage? usage = null;
        bool isError = false, isKnown = false, hasContent = false, isFinished = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("candidates"u8))
            {
                reader.Read();
                isKnown = true;
                ReadCandidates(ref reader, ref hasContent, ref isFinished);
            }
            else if (reader.ValueTextEquals("promptFeedback"u8))
            {
                reader.Read();
                isKnown = true;
                isFinished |= HasText(ref reader, "blockReason"u8);
            }
            else if (reader.ValueTextEquals("usageMetadata"u8))
            {
                reader.Read();
                isKnown = true;
                usage = UsageReader.Read(ref reader);
            }
            else
            {
                var isErrorMember = reader.ValueTextEquals("error"u8);
                reader.Read();
                isError |= isErrorMember && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String; // as the readers have it
                reader.Skip();
            }
        }

        while (reader.Read())
        {
        }

        return new GeminiEvent
        {
            HasContent = hasContent && !isError,
            IsFinished = isFinished && !isError,
            IsError = isError,
            IsInvalid = !isError && !isKnown,
            Usage = usage,
        };
    }

    private static void ReadCandidates(ref Utf8JsonReader reader, ref bool hasContent, ref bool isFinished)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isContent, isFinish) = (reader.ValueTextEquals("content"u8), reader.ValueTextEquals("finishReason"u8));
                reader.Read();
                if (isContent && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadContent(ref reader, ref hasContent);
                    continue;
                }

                isFinished |= isFinish && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty && !reader.ValueTextEquals("FINISH_REASON_UNSPECIFIED"u8);
                reader.Skip();
            }
        }
    }

    private static void ReadContent(ref Utf8JsonReader reader, ref bool hasContent)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isParts = reader.ValueTextEquals("parts"u8);
            reader.Read();
            if (!isParts || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                hasContent |= HasData(ref reader);
            }
        }
    }

    /// <summary>Whether a part holds more than an empty text; leaves the reader on its end.</summary>
    private static bool HasData(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var hasData = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBeside = reader.ValueTextEquals("thought"u8) || reader.ValueTextEquals("thoughtSignature"u8);
            reader.Read();
            hasData |= !isBeside && (reader.TokenType == JsonTokenType.String ? !reader.ValueSpan.IsEmpty : reader.TokenType == JsonTokenType.StartObject);
            reader.Skip();
        }

        return hasData;
    }

    private static bool HasText(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var hasText = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            hasText |= isIt && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
            reader.Skip();
        }

        return hasText;
    }
}
