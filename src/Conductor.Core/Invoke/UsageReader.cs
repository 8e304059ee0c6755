using Conductor.Costing;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

internal static class UsageReader
{
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
            OutputTokens = details.OutputTokenCount ?? Math.Max(0, (details.TotalTokenCount ?? 0) - (details.InputTokenCount ?? 0)),
            ReasoningTokens = details.ReasoningTokenCount ?? 0,
        });
    }
}
