using Conductor.Calls;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Routing;

namespace Conductor.Invoke;

/// <summary>What a stream has used that may not have come to its end.</summary>
internal static class PartialUsage
{
    /// <summary>The upstream's word where it is its last, else the larger of its word and the count: some state the input at the beginning and the output at the end only.</summary>
    /// <param name="stated">What the upstream has said so far; null where it has said nothing.</param>
    /// <param name="isFinal">Whether the stream came to its finish.</param>
    /// <param name="count">Counts what has come.</param>
    public static TokenUsage Of(TokenUsage? stated, bool isFinal, Func<TokenUsage> count)
    {
        if (stated is null || isFinal)
        {
            return stated ?? count();
        }

        var counted = count();
        return stated with
        {
            InputTokens = stated.InputTokens > 0 ? stated.InputTokens : counted.InputTokens,
            OutputTokens = Math.Max(stated.OutputTokens, counted.OutputTokens),
            IsEstimated = true,
        };
    }

    /// <summary>A count held to the longest answer that the target may give, where one is known: what is counted by characters may come out a little above.</summary>
    public static TokenUsage Within(TokenUsage counted, ModelCall call, RouteHop hop) =>
        Reservations.LongestAnswer(call, hop) is { } most && counted.OutputTokens > most ? counted with { OutputTokens = most } : counted;
}
