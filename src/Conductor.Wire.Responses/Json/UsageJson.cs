using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>The `usage` object: what is missing stays missing, zero is zero, and nonsense is clamped and marked.</summary>
internal static class UsageJson
{
    /// <summary>Reads the member `usage`; null where it is no object or states nothing.</summary>
    public static WireUsage? Read(JsonElement from)
    {
        if (AnswerJson.Member(from, "usage"u8, JsonValueKind.Object) is not { } usage)
        {
            return null;
        }

        var isSuspect = false;
        var input = Counter(usage, "input_tokens"u8, ref isSuspect);
        var output = Counter(usage, "output_tokens"u8, ref isSuspect);
        if (input is null && output is null)
        {
            return null;
        }

        var (inputs, outputs) = (input ?? 0, output ?? 0);
        long cached = 0, written = 0, reasoning = 0;
        if (AnswerJson.Member(usage, "input_tokens_details"u8, JsonValueKind.Object) is { } inputDetails)
        {
            cached = Counter(inputDetails, "cached_tokens"u8, ref isSuspect) ?? 0;
            written = Counter(inputDetails, "cache_write_tokens"u8, ref isSuspect) ?? 0;
        }

        if (AnswerJson.Member(usage, "output_tokens_details"u8, JsonValueKind.Object) is { } outputDetails)
        {
            reasoning = Counter(outputDetails, "reasoning_tokens"u8, ref isSuspect) ?? 0;
        }

        return new WireUsage
        {
            InputTokens = inputs,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            OutputTokens = outputs,
            ReasoningTokens = reasoning,
            IsSuspect = isSuspect,
        }.WithPartsInside();
    }

    public static void Write(Utf8JsonWriter writer, WireUsage? usage)
    {
        if (usage is not { } stated)
        {
            writer.WriteNull("usage"u8);
            return;
        }

        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, stated.InputTokens);
        writer.WriteStartObject("input_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, stated.CachedInputTokens);
        if (stated.CacheWriteTokens > 0)
        {
            writer.WriteNumber("cache_write_tokens"u8, stated.CacheWriteTokens);
        }

        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, stated.OutputTokens);
        writer.WriteStartObject("output_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, stated.ReasoningTokens);
        writer.WriteEndObject();
        writer.WriteNumber("total_tokens"u8, stated.InputTokens + stated.OutputTokens);
        writer.WriteEndObject();
    }

    private static long? Counter(JsonElement from, ReadOnlySpan<byte> name, ref bool isSuspect)
    {
        if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole))
        {
            return WireUsage.Clamp(whole, ref isSuspect);
        }

        isSuspect = true;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && !double.IsNaN(number)
            ? (long)Math.Clamp(Math.Ceiling(number), 0, WireUsage.Limit)
            : 0;
    }
}
