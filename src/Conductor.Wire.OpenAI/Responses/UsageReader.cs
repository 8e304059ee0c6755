using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Reads a `usage` object: what is missing stays missing, zero is zero, and nonsense is clamped and marked.</summary>
internal static class UsageReader
{
    /// <summary>Reads the value that <paramref name="reader"/> stands on, to its end; null where it is no object or states nothing.</summary>
    public static WireUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var usage = default(WireUsage);
        var isSuspect = false;
        var isStated = false;
        long? total = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8))
            {
                isStated |= ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = usage with { InputTokens = tokens };
            }
            else if (reader.ValueTextEquals("completion_tokens"u8))
            {
                isStated |= ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = usage with { OutputTokens = tokens };
            }
            else if (reader.ValueTextEquals("total_tokens"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var whole) && whole is >= 0 and <= WireUsage.Limit ? whole : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8))
            {
                ReadDetails(ref reader, ref isSuspect, ref usage, isOutput: false);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8))
            {
                ReadDetails(ref reader, ref isSuspect, ref usage, isOutput: true);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (!isStated)
        {
            return null;
        }

        return (WithReasoning(usage, total) with { IsSuspect = isSuspect }).WithPartsInside();
    }

    // xAI, and Google behind this dialect, leave reasoning out of `completion_tokens` and bill it as output: their total is larger than its two parts, by the
    // reasoning they state or, where they state none, by what they do not name.
    private static WireUsage WithReasoning(WireUsage usage, long? total)
    {
        var rest = total - usage.InputTokens - usage.OutputTokens;
        return rest > 0 && (usage.ReasoningTokens == 0 || usage.ReasoningTokens == rest)
            ? usage with { OutputTokens = Math.Min(usage.OutputTokens + rest.Value, WireUsage.Limit), ReasoningTokens = rest.Value }
            : usage;
    }

    private static void ReadDetails(ref Utf8JsonReader reader, ref bool isSuspect, ref WireUsage usage, bool isOutput)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cached_tokens"u8))
            {
                ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = usage with { CachedInputTokens = tokens };
            }
            else if (reader.ValueTextEquals("cache_write_tokens"u8))
            {
                ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = usage with { CacheWriteTokens = tokens };
            }
            else if (reader.ValueTextEquals("reasoning_tokens"u8))
            {
                ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = usage with { ReasoningTokens = tokens };
            }
            else if (reader.ValueTextEquals("audio_tokens"u8))
            {
                ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = isOutput ? usage with { AudioOutputTokens = tokens } : usage with { AudioInputTokens = tokens };
            }
            else if (reader.ValueTextEquals("image_tokens"u8))
            {
                ReadCounter(ref reader, ref isSuspect, out var tokens);
                usage = isOutput ? usage with { ImageOutputTokens = tokens } : usage with { ImageInputTokens = tokens };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>Reads one counter; false where it is null, so that nothing was stated.</summary>
    private static bool ReadCounter(ref Utf8JsonReader reader, ref bool isSuspect, out long tokens)
    {
        reader.Read();
        tokens = 0;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return false;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                tokens = WireUsage.Clamp(whole, ref isSuspect);
                return true;
            case JsonTokenType.Number:
                // Fractional, or beyond 64 bits.
                isSuspect = true;
                tokens = reader.TryGetDouble(out var number) ? ToCounter(number) : WireUsage.Limit;
                return true;
            case JsonTokenType.String:
                isSuspect = true;
                tokens = reader.ValueSpan.Length <= 32 && System.Buffers.Text.Utf8Parser.TryParse(reader.ValueSpan, out double text, out var used) && used == reader.ValueSpan.Length
                    ? ToCounter(text)
                    : 0;
                return true;
            default:
                isSuspect = true;
                reader.Skip();
                return true;
        }
    }

    private static long ToCounter(double value) => double.IsNaN(value) ? 0 : (long)Math.Clamp(Math.Ceiling(value), 0, WireUsage.Limit);
}
