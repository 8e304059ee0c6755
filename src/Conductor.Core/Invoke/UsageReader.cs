using Conductor.Costing;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

internal static class UsageReader
{
    // Counters that UsageDetails has no member for, under the names that Conductor's own wires give them.
    private const string CacheWriteKey = "cache_write_tokens";
    private const string CacheWriteHourKey = "cache_write_1h_tokens";
    private const string AudioInputKey = "audio_input_tokens";
    private const string AudioOutputKey = "audio_output_tokens";
    private const string ImageInputKey = "image_input_tokens";
    private const string ImageOutputKey = "image_output_tokens";
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
            CacheWriteHourTokens = Extra(details, CacheWriteHourKey),
            AudioInputTokens = Extra(details, AudioInputKey),
            ImageInputTokens = Extra(details, ImageInputKey),
            OutputTokens = details.OutputTokenCount ?? Math.Max(0, (details.TotalTokenCount ?? 0) - (details.InputTokenCount ?? 0)),
            ReasoningTokens = details.ReasoningTokenCount ?? 0,
            AudioOutputTokens = Extra(details, AudioOutputKey),
            ImageOutputTokens = Extra(details, ImageOutputKey),
            IsSuspect = Extra(details, SuspectKey) != 0,
        });
    }

    private static long Extra(UsageDetails details, string name) => details.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count) ? count : 0;
}
