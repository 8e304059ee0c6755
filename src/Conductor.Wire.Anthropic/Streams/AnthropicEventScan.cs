using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Anthropic;

/// <summary>Looks through the events of one stream that goes on as bytes. Usage comes in pieces, so that it remembers. For one stream, not for two threads.</summary>
public sealed class AnthropicEventScan
{
    private UsageParts _usage;

    /// <summary>What one event's data holds. Never throws.</summary>
    public AnthropicEvent Scan(ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \t\r\n"u8);
        if (data.IsEmpty)
        {
            return default;
        }

        if (!Utf8.IsValid(data))
        {
            return new AnthropicEvent { IsInvalid = true };
        }

        try
        {
            return Read(StrictJson.Mend(data));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return new AnthropicEvent { IsInvalid = true };
        }
    }

    /// <summary>An event's `type`, which is its name as well; null where it has none that could be one. Never throws.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
            reader.Read();
            while (reader.TokenType == JsonTokenType.StartObject || reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    return reader.TokenType == JsonTokenType.String && reader.GetString() is { } type && type.All(letter => char.IsAsciiLetter(letter) || letter == '_') ? type : null;
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    reader.Skip();
                }

                reader.Read();
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Then it has none.
        }

        return null;
    }

    private AnthropicEvent Read(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new AnthropicEvent { IsInvalid = true };
        }

        bool hasType = false, isError = false, isEnd = false, isBlock = false, hasContent = false, isFinished = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                hasType = reader.TokenType == JsonTokenType.String;
                isError |= hasType && reader.ValueTextEquals("error"u8);
                isEnd |= hasType && reader.ValueTextEquals("message_stop"u8);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                _usage.Add(ref reader);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                reader.Read();
                ReadMessage(ref reader);
            }
            else if (reader.ValueTextEquals("delta"u8) || (isBlock = reader.ValueTextEquals("content_block"u8)))
            {
                reader.Read();
                ReadPiece(ref reader, isBlock, ref hasContent, ref isFinished);
                isBlock = false;
            }
            else
            {
                var isErrorMember = reader.ValueTextEquals("error"u8);
                reader.Read();
                isError |= isErrorMember && reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
        }

        while (reader.Read())
        {
        }

        return new AnthropicEvent
        {
            HasContent = hasContent && !isError,
            IsFinished = isFinished && !isError,
            IsEnd = isEnd && !isError,
            IsError = isError,
            IsInvalid = !hasType && !isError,
            Usage = _usage.ToUsage(),
        };
    }

    private void ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = reader.ValueTextEquals("usage"u8);
            reader.Read();
            if (isUsage)
            {
                _usage.Add(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>A delta, or the block that one begins with: of the blocks only text and thinking begin empty.</summary>
    private static void ReadPiece(ref Utf8JsonReader reader, bool isBlock, ref bool hasContent, ref bool isFinished)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isText = reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("thinking"u8) || reader.ValueTextEquals("partial_json"u8)
                || reader.ValueTextEquals("signature"u8) || reader.ValueTextEquals("citation"u8);
            var isReason = reader.ValueTextEquals("stop_reason"u8);
            reader.Read();
            if (isType && isBlock)
            {
                hasContent |= reader.TokenType == JsonTokenType.String && !reader.ValueTextEquals("text"u8) && !reader.ValueTextEquals("thinking"u8);
            }
            else if (isText)
            {
                hasContent |= reader.TokenType == JsonTokenType.StartObject || (reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty);
            }
            else if (isReason && !isBlock)
            {
                isFinished |= reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty;
            }

            reader.Skip();
        }
    }
}
