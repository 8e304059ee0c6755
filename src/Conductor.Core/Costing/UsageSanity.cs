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
        var reasoning = Clamp(usage.ReasoningTokens, output);
        if (input == usage.InputTokens && output == usage.OutputTokens && cached == usage.CachedInputTokens
            && written == usage.CacheWriteTokens && reasoning == usage.ReasoningTokens)
        {
            return usage;
        }

        return usage with
        {
            InputTokens = input,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            OutputTokens = output,
            ReasoningTokens = reasoning,
            IsSuspect = true,
        };
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
