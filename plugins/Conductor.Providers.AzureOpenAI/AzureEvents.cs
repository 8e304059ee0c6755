using System.Text.Json;
using Conductor.Wire;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>
/// What only Azure sends in a chat's stream: a first chunk without choices, for what its filter thinks of the prompt, which clients of this dialect take
/// for the first piece of the answer; and, where the filter runs beside the model, chunks whose choices have no `delta`.
/// </summary>
internal static class AzureEvents
{
    /// <summary>The event as other servers would send it: itself, another one, or empty for none.</summary>
    /// <param name="data">The event's data.</param>
    /// <param name="raw">The event's bytes.</param>
    public static ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> raw)
    {
        if (data.Span.IndexOf("\"delta\""u8) >= 0 || data.Span is not [(byte)'{', ..])
        {
            return raw; // nearly all of them
        }

        try
        {
            return Look(data.Span, out var choices) switch
            {
                Kind.Empty => default,
                Kind.NoDelta => AddDeltas(data.Span, choices),
                _ => raw,
            };
        }
        catch (JsonException)
        {
            return raw; // whoever reads it says what it is
        }
    }

    private static Kind Look(ReadOnlySpan<byte> data, out List<int> choices)
    {
        choices = [];
        bool hasChoices = false, hasMore = false;
        var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isChoices = reader.ValueTextEquals("choices"u8);
            var counts = reader.ValueTextEquals("usage"u8) || reader.ValueTextEquals("error"u8);
            reader.Read();
            hasMore |= counts && reader.TokenType != JsonTokenType.Null;
            if (!isChoices || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            hasChoices = true;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    choices.Add((int)reader.TokenStartIndex);
                }

                reader.Skip();
            }
        }

        return !hasChoices || (choices.Count == 0 && hasMore) ? Kind.Usual : choices.Count == 0 ? Kind.Empty : Kind.NoDelta;
    }

    private static byte[] AddDeltas(ReadOnlySpan<byte> data, List<int> choices)
    {
        List<byte> mended = [.. "data: "u8];
        var from = 0;
        foreach (var choice in choices)
        {
            mended.AddRange(data[from..(choice + 1)]);
            mended.AddRange("\"delta\":{}"u8);
            from = choice + 1;
            if (data[from..].TrimStart(" \t\r\n"u8) is not [(byte)'}', ..])
            {
                mended.Add((byte)',');
            }
        }

        mended.AddRange(data[from..]);
        mended.AddRange("\n\n"u8);
        return [.. mended];
    }

    private enum Kind
    {
        Usual,
        Empty,
        NoDelta,
    }
}
