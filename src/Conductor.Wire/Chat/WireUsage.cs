using Microsoft.Extensions.AI;

namespace Conductor.Wire;

/// <summary>What an answer says it used, in tokens. Never negative, never above <see cref="Limit"/>.</summary>
public readonly record struct WireUsage
{
    /// <summary>The largest counter that is believed; above it the figure is clamped and the usage is suspect.</summary>
    public const long Limit = 1_000_000_000_000;

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="CacheWriteTokens"/>.</summary>
    public const string CacheWriteKey = "cache_write_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="CacheWriteHourTokens"/>.</summary>
    public const string CacheWriteHourKey = "cache_write_1h_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that is 1 where <see cref="IsSuspect"/>.</summary>
    public const string SuspectKey = "conductor.suspect";

    /// <summary>All input, cached parts included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The part of the input that was read from a cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The part of the input that was written to a cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CacheWriteTokens"/> that the cache keeps for an hour, where the provider tells it from what is kept for minutes.</summary>
    public long CacheWriteHourTokens { get; init; }

    /// <summary>All output, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of the output that was reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>True when a figure was negative, fractional, text or beyond <see cref="Limit"/>, and was clamped.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>The same in Microsoft.Extensions.AI's type.</summary>
    public UsageDetails ToDetails()
    {
        var details = new UsageDetails
        {
            InputTokenCount = InputTokens,
            OutputTokenCount = OutputTokens,
            TotalTokenCount = InputTokens + OutputTokens,
            CachedInputTokenCount = CachedInputTokens,
            ReasoningTokenCount = ReasoningTokens,
        };
        if (CacheWriteTokens > 0 || IsSuspect)
        {
            details.AdditionalCounts = [];
            if (CacheWriteTokens > 0)
            {
                details.AdditionalCounts[CacheWriteKey] = CacheWriteTokens;
            }

            if (CacheWriteHourTokens > 0)
            {
                details.AdditionalCounts[CacheWriteHourKey] = CacheWriteHourTokens;
            }

            if (IsSuspect)
            {
                details.AdditionalCounts[SuspectKey] = 1;
            }
        }

        return details;
    }

    /// <summary>From Microsoft.Extensions.AI's type; null where it states neither input nor output.</summary>
    public static WireUsage? FromDetails(UsageDetails? details)
    {
        if (details is null || (details.InputTokenCount is null && details.OutputTokenCount is null))
        {
            return null;
        }

        long cacheWrite = 0;
        long cacheWriteHour = 0;
        long suspect = 0;
        details.AdditionalCounts?.TryGetValue(CacheWriteKey, out cacheWrite);
        details.AdditionalCounts?.TryGetValue(CacheWriteHourKey, out cacheWriteHour);
        details.AdditionalCounts?.TryGetValue(SuspectKey, out suspect);
        var isSuspect = suspect > 0;
        return new WireUsage
        {
            InputTokens = Clamp(details.InputTokenCount ?? 0, ref isSuspect),
            CachedInputTokens = Clamp(details.CachedInputTokenCount ?? 0, ref isSuspect),
            CacheWriteTokens = Clamp(cacheWrite, ref isSuspect),
            CacheWriteHourTokens = Clamp(cacheWriteHour, ref isSuspect),
            OutputTokens = Clamp(details.OutputTokenCount ?? 0, ref isSuspect),
            ReasoningTokens = Clamp(details.ReasoningTokenCount ?? 0, ref isSuspect),
            IsSuspect = isSuspect,
        };
    }

    /// <summary>A counter held to 0 and <see cref="Limit"/>; what had to be held is suspect.</summary>
    public static long Clamp(long value, ref bool isSuspect)
    {
        if (value is >= 0 and <= Limit)
        {
            return value;
        }

        isSuspect = true;
        return Math.Clamp(value, 0, Limit);
    }
}
