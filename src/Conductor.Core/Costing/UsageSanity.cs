using Conductor.Money;

namespace Conductor.Costing;

/// <summary>Keeps absurd figures of an upstream out of the ledger.</summary>
public static class UsageSanity
{
    /// <summary>More tokens than this in one attempt are not believed: a thousand times the largest context there is would still be below.</summary>
    public const long MaxTokens = 1_000_000_000_000;

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

    private static long Clamp(long tokens, long max) => Math.Clamp(tokens, 0, max);
}
