using System.Runtime.InteropServices;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>
/// The counters of a `usage` object as they stand there; null where nothing stands. A stream says them in pieces, each the total so far: what is said later replaces
/// what was said before, and what is not said stays.
/// </summary>
internal record struct UsageParts
{
    private long? _input;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWrite5Minutes;
    private long? _cacheWriteHour;
    private long? _output;
    private long? _thinking;
    private bool _isSuspect;

    /// <summary>Adds what an object says.</summary>
    public void Add(JsonElement usage)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(usage));
        reader.Read();
        Add(ref reader);
    }

    /// <summary>Adds what the value says that <paramref name="reader"/> stands on, and moves to its end.</summary>
    public void Add(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("input_tokens"u8))
            {
                _input = ReadCounter(ref reader) ?? _input;
            }
            else if (reader.ValueTextEquals("output_tokens"u8))
            {
                _output = ReadCounter(ref reader) ?? _output;
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                _cacheRead = ReadCounter(ref reader) ?? _cacheRead;
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                _cacheWrite = ReadCounter(ref reader) ?? _cacheWrite;
            }
            else if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8))
            {
                _cacheWrite5Minutes = ReadCounter(ref reader) ?? _cacheWrite5Minutes;
            }
            else if (reader.ValueTextEquals("ephemeral_1h_input_tokens"u8))
            {
                _cacheWriteHour = ReadCounter(ref reader) ?? _cacheWriteHour;
            }
            else if (reader.ValueTextEquals("thinking_tokens"u8))
            {
                _thinking = ReadCounter(ref reader) ?? _thinking;
            }
            else if (reader.ValueTextEquals("cache_creation"u8) || reader.ValueTextEquals("output_tokens_details"u8))
            {
                reader.Read();
                Add(ref reader); // their members' names stand nowhere else
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    /// <summary>In Conductor's counting, where the cached parts are parts of the input; null where neither input nor output was stated.</summary>
    public readonly WireUsage? ToUsage()
    {
        if (_input is null && _output is null)
        {
            return null;
        }

        var isSuspect = _isSuspect;
        var write = _cacheWrite ?? Sum(_cacheWrite5Minutes ?? 0, _cacheWriteHour ?? 0);
        var read = _cacheRead ?? 0;
        var output = _output ?? 0;
        var input = WireUsage.Clamp(Sum(Sum(_input ?? 0, read), write), ref isSuspect);
        return new WireUsage
        {
            InputTokens = input,
            CachedInputTokens = read,
            CacheWriteTokens = write,
            CacheWriteHourTokens = _cacheWriteHour ?? 0,
            OutputTokens = output,
            ReasoningTokens = _thinking ?? 0,
            IsSuspect = isSuspect,
        }.WithPartsInside();
    }

    private static long Sum(long left, long right) => left + right; // each at most WireUsage.Limit

    private long? ReadCounter(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                return WireUsage.Clamp(whole, ref _isSuspect);
            case JsonTokenType.Number:
                // Fractional, or beyond 64 bits.
                _isSuspect = true;
                return reader.TryGetDouble(out var number) && !double.IsNaN(number) ? (long)Math.Clamp(Math.Ceiling(number), 0, WireUsage.Limit) : WireUsage.Limit;
            default:
                _isSuspect = true;
                reader.Skip();
                return null;
        }
    }
}
