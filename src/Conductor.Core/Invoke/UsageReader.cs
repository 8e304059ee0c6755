using Conductor.Costing;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

internal static class UsageReader
{
    // Counters that UsageDetails has no member for, under the names that Conductor's own wires give them.
    private const string CacheWriteKey = "cache_write_tokens";
    private const string SuspectKey = "conductor.suspect";

    /// <summary>A provider's figures, held to sense; null where it gave none.</summary>
    public static TokenUsage? Read(UsageDetails? details)
    {
        if (details is null or { InputTokenCount: null, OutputTokenCount: null, TotalTokenCount: null })
        {
            return null;
        }

        return UsageSanity.Check(new TokenUsage
        {
            InputTokens = details.InputTokenCount ?? 0,
            CachedInputTokens = details.CachedInputTokenCount ?? 0,
            CacheWriteTokens = Extra(details, CacheWriteKey),
            OutputTokens = details.OutputTokenCount ?? Math.Max(0, (details.TotalTokenCount ?? 0) - (details.InputTokenCount ?? 0)),
            ReasoningTokens = details.ReasoningTokenCount ?? 0,
            IsSuspect = Extra(details, SuspectKey) != 0,
        });
    }

    private static long Extra(UsageDetails details, string name) => details.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? count : 0;
}
