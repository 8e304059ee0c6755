using Conductor.Money;

namespace Conductor.Costing;

/// <summary>Keeps absurd figures of an upstream out of the ledger.</summary>
public static class UsageSanity
{
    /// <summary>More tokens than this in one attempt are not believed: the largest context there is holds as many.</summary>
    public const long MaxTokens = 10_000_000;

    /// <summary>
    /// The same usage with every counter between 0 and <see cref="MaxTokens"/> and no part larger than its whole; <see cref="TokenUsage.IsSuspect"/> when
    /// something had to be changed. An explicit zero stays zero.
    /// </summary>
    public static TokenUsage Check(TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        var input = Clamp(usage.InputTokens, MaxTokens);
        var output = Clamp(usage.OutputTokens, MaxTokens);
        var cached = Clamp(usage.CachedInputTokens, input);
        var written = Clamp(usage.CacheWriteTokens, input - cached);
        var held = usage with
        {
            InputTokens = input,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            CacheWriteHourTokens = Clamp(usage.CacheWriteHourTokens, written),
            AudioInputTokens = Clamp(usage.AudioInputTokens, input),
            ImageInputTokens = Clamp(usage.ImageInputTokens, input),
            EmbeddingTokens = Clamp(usage.EmbeddingTokens, input),
            OutputTokens = output,
            ReasoningTokens = Clamp(usage.ReasoningTokens, output),
            AudioOutputTokens = Clamp(usage.AudioOutputTokens, output),
            ImageOutputTokens = Clamp(usage.ImageOutputTokens, output),
        };
        return held == usage ? usage : held with { IsSuspect = true };
    }

    /// <summary>A usage whose absurdly large counters are replaced by Conductor's own count: one bad number must not empty a budget.</summary>
    public static TokenUsage Check(TokenUsage usage, Func<TokenUsage> estimate)
    {
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentNullException.ThrowIfNull(estimate);
        if (usage is { InputTokens: <= MaxTokens, OutputTokens: <= MaxTokens } && !(usage.IsSuspect && (usage.InputTokens == MaxTokens || usage.OutputTokens == MaxTokens)))
        {
            return Check(usage);
        }

        var counted = estimate();
        return Check(usage with
        {
            InputTokens = usage.InputTokens >= MaxTokens ? counted.InputTokens : usage.InputTokens,
            OutputTokens = usage.OutputTokens >= MaxTokens ? counted.OutputTokens : usage.OutputTokens,
            IsEstimated = true,
            IsSuspect = true,
        });
    }

    private static long Clamp(long tokens, long max) => Math.Clamp(tokens, 0, max);
}
