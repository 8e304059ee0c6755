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

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="AudioInputTokens"/>. (The type's own member for it may still change.)</summary>
    public const string AudioInputKey = "audio_input_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="AudioOutputTokens"/>.</summary>
    public const string AudioOutputKey = "audio_output_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="ImageInputTokens"/>.</summary>
    public const string ImageInputKey = "image_input_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that holds <see cref="ImageOutputTokens"/>.</summary>
    public const string ImageOutputKey = "image_output_tokens";

    /// <summary>The counter of <see cref="UsageDetails.AdditionalCounts"/> that is 1 where <see cref="IsSuspect"/>.</summary>
    public const string SuspectKey = "conductor.suspect";

    /// <summary>All input: text, audio and pictures, cached parts included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The part of the input that was read from a cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The part of the input that was written to a cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CacheWriteTokens"/> that the cache keeps for an hour, where the provider tells it from what is kept for minutes.</summary>
    public long CacheWriteHourTokens { get; init; }

    /// <summary>The part of the input that was audio.</summary>
    public long AudioInputTokens { get; init; }

    /// <summary>The part of the input that was pictures.</summary>
    public long ImageInputTokens { get; init; }

    /// <summary>All output: text, audio and pictures, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of the output that was reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>The part of the output that is audio.</summary>
    public long AudioOutputTokens { get; init; }

    /// <summary>The part of the output that is pictures.</summary>
    public long ImageOutputTokens { get; init; }

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
        Add(CacheWriteKey, CacheWriteTokens);
        Add(CacheWriteHourKey, CacheWriteHourTokens);
        Add(AudioInputKey, AudioInputTokens);
        Add(AudioOutputKey, AudioOutputTokens);
        Add(ImageInputKey, ImageInputTokens);
        Add(ImageOutputKey, ImageOutputTokens);
        Add(SuspectKey, IsSuspect ? 1 : 0);
        return details;

        void Add(string key, long count)
        {
            if (count > 0)
            {
                (details.AdditionalCounts ??= [])[key] = count;
            }
        }
    }

    /// <summary>From Microsoft.Extensions.AI's type; null where it states neither input nor output.</summary>
    public static WireUsage? FromDetails(UsageDetails? details)
    {
        if (details is null || (details.InputTokenCount is null && details.OutputTokenCount is null))
        {
            return null;
        }

        var isSuspect = Extra(SuspectKey) > 0;
        return new WireUsage
        {
            InputTokens = Clamp(details.InputTokenCount ?? 0, ref isSuspect),
            CachedInputTokens = Clamp(details.CachedInputTokenCount ?? 0, ref isSuspect),
            CacheWriteTokens = Clamp(Extra(CacheWriteKey), ref isSuspect),
            CacheWriteHourTokens = Clamp(Extra(CacheWriteHourKey), ref isSuspect),
            AudioInputTokens = Clamp(Extra(AudioInputKey), ref isSuspect),
            ImageInputTokens = Clamp(Extra(ImageInputKey), ref isSuspect),
            OutputTokens = Clamp(details.OutputTokenCount ?? 0, ref isSuspect),
            ReasoningTokens = Clamp(details.ReasoningTokenCount ?? 0, ref isSuspect),
            AudioOutputTokens = Clamp(Extra(AudioOutputKey), ref isSuspect),
            ImageOutputTokens = Clamp(Extra(ImageOutputKey), ref isSuspect),
            IsSuspect = isSuspect,
        };

        long Extra(string key) => details.AdditionalCounts is { } counts && counts.TryGetValue(key, out var count) ? count : 0;
    }

    /// <summary>The same with no part above its whole, which would make the rest negative; suspect where one was.</summary>
    public WireUsage WithPartsInside()
    {
        var cached = Math.Min(CachedInputTokens, InputTokens);
        var written = Math.Min(CacheWriteTokens, InputTokens - cached);
        var held = this with
        {
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            CacheWriteHourTokens = Math.Min(CacheWriteHourTokens, written),
            AudioInputTokens = Math.Min(AudioInputTokens, InputTokens),
            ImageInputTokens = Math.Min(ImageInputTokens, InputTokens),
            ReasoningTokens = Math.Min(ReasoningTokens, OutputTokens),
            AudioOutputTokens = Math.Min(AudioOutputTokens, OutputTokens),
            ImageOutputTokens = Math.Min(ImageOutputTokens, OutputTokens),
        };
        return held == this ? this : held with { IsSuspect = true };
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
