using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.OpenAI;

/// <summary>Looks through answers that go on as bytes: enough to know success from failure and to pay, without building anything.</summary>
public static class OpenAIScan
{
    /// <summary>The usage that a whole chat answer states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no choices, an error in a 200.</exception>
    public static WireUsage? ScanChat(ReadOnlySpan<byte> response) => ScanWhole(response, "choices"u8, "message"u8);

    /// <summary>The usage that a whole answer of `/v1/completions` states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no choices, an error in a 200.</exception>
    public static WireUsage? ScanCompletion(ReadOnlySpan<byte> response) => ScanWhole(response, "choices"u8, "text"u8);

    /// <summary>The usage that an embeddings answer states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer: not JSON, no data, an error in a 200.</exception>
    public static WireUsage? ScanEmbeddings(ReadOnlySpan<byte> response) => ScanWhole(response, "data"u8, "embedding"u8);

    /// <summary>What one event's data holds, of a chat or of a completion. Never throws.</summary>
    public static OpenAIEvent ScanEvent(ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \t\r\n"u8);
        if (data.IsEmpty)
        {
            return default;
        }

        if (data.SequenceEqual("[DONE]"u8))
        {
            return new OpenAIEvent { IsEnd = true };
        }

        if (!Utf8.IsValid(data))
        {
            return new OpenAIEvent { IsInvalid = true };
        }

        try
        {
            return ReadEvent(StrictJson.Mend(data));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return new OpenAIEvent { IsInvalid = true };
        }
    }

    private static WireUsage? ScanWhole(ReadOnlySpan<byte> response, ReadOnlySpan<byte> listName, ReadOnlySpan<byte> itemMember)
    {
        if (!Utf8.IsValid(response))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        var reader = new Utf8JsonReader(StrictJson.Mend(response), StrictJson.ReaderOptions);
        WireUsage? usage = null;
        bool isError = false, isListed = false, hasItems = false, isWrong = false;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(listName))
                {
                    reader.Read();
                    isListed = true;
                    hasItems = ScanItems(ref reader, itemMember, ref isWrong);
                }
                else
                {
                    ScanOther(ref reader, ref usage, ref isError);
                }
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }

        if (isError || !isListed)
        {
            // Only now is it worth building the object.
            if (OpenAIErrorReader.TryRead(response) is { } error)
            {
                throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", error);
            }
        }

        return hasItems && !isWrong ? usage
            : throw new WireResponseException(
                isWrong ? WireResponseFault.WrongShape : WireResponseFault.Empty, isWrong ? "The answer's items are not what they should be." : "The answer is empty.");
    }

    /// <summary>Walks the list of choices or vectors; every item has to be an object with <paramref name="itemMember"/>.</summary>
    private static bool ScanItems(ref Utf8JsonReader reader, ReadOnlySpan<byte> itemMember, ref bool isWrong)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var hasItems = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            hasItems = true;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                isWrong = true;
                reader.Skip();
                continue;
            }

            var hasMember = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMember = reader.ValueTextEquals(itemMember);
                reader.Read();
                hasMember |= isMember && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.String;
                reader.Skip();
            }

            isWrong |= !hasMember;
        }

        return hasItems;
    }

    private static OpenAIEvent ReadEvent(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new OpenAIEvent { IsInvalid = true };
        }

        WireUsage? usage = null;
        bool isError = false, hasChoices = false, isEmpty = true, hasContent = false, isFinished = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    reader.Skip();
                    continue;
                }

                hasChoices = true;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    isEmpty = false;
                    ReadChoice(ref reader, ref hasContent, ref isFinished);
                }
            }
            else
            {
                ScanOther(ref reader, ref usage, ref isError);
            }
        }

        while (reader.Read())
        {
        }

        return new OpenAIEvent
        {
            HasContent = hasContent && !isError,
            IsFinished = isFinished && !isError,
            IsError = isError,
            IsInvalid = !isError && !hasChoices && usage is null,
            IsUsageOnly = !isError && isEmpty && usage is not null,
            Usage = usage,
        };
    }

    private static void ReadChoice(ref Utf8JsonReader reader, ref bool hasContent, ref bool isFinished)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                ReadDelta(ref reader, ref hasContent);
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                reader.Read();
                isFinished |= reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("text"u8)) // a completion's
            {
                reader.Read();
                hasContent |= reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static void ReadDelta(ref Utf8JsonReader reader, ref bool hasContent)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isContent = reader.ValueTextEquals("content"u8) || reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8)
                || reader.ValueTextEquals("reasoning_text"u8) || reader.ValueTextEquals("reasoning_details"u8) || reader.ValueTextEquals("refusal"u8)
                || reader.ValueTextEquals("tool_calls"u8) || reader.ValueTextEquals("function_call"u8) || reader.ValueTextEquals("audio"u8);
            reader.Read();
            if (!isContent)
            {
                reader.Skip();
                continue;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    hasContent |= !reader.ValueSpan.IsEmpty;
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    var start = reader.BytesConsumed;
                    reader.Skip();
                    // More than its closing bracket: not empty.
                    hasContent |= reader.BytesConsumed - start > 1;
                    break;
            }
        }
    }

    /// <summary>The members that whole answers and events have in common: usage, an error, an `object` that says it is one. Others are passed over.</summary>
    private static void ScanOther(ref Utf8JsonReader reader, ref WireUsage? usage, ref bool isError)
    {
        var (isUsage, isErrorMember, isObject) = (reader.ValueTextEquals("usage"u8), reader.ValueTextEquals("error"u8), reader.ValueTextEquals("object"u8));
        reader.Read();
        if (isUsage)
        {
            usage = UsageReader.Read(ref reader);
            return;
        }

        isError |= (isErrorMember && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False))
            || (isObject && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8));
        reader.Skip();
    }
}
