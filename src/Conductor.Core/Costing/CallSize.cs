using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Routing;

namespace Conductor.Costing;

/// <summary>How many tokens a call may use at most: what budgets set aside as money and limits as tokens.</summary>
internal static class CallSize
{
    /// <summary>The bound of one target.</summary>
    /// <param name="call">The call.</param>
    /// <param name="hop">The target.</param>
    /// <param name="isCounted">Whether the prompt is counted; else its bytes are the bound, which cost nothing.</param>
    public static (long Input, long Output) Worst(ModelCall call, RouteHop hop, bool isCounted) =>
        (isCounted ? TokenBound.Counted(call, hop.Model.Id) : TokenBound.Rough(call),
            call is EmbeddingCall ? 0 : TokenBound.Answers(call) * OutputLimits.Of(call, hop));

    /// <summary>The same of a call that has no plan yet.</summary>
    /// <param name="call">The call.</param>
    /// <param name="standardOutput">How long an answer is taken to be for which the caller names no limit.</param>
    public static long Foreseen(ModelCall call, int standardOutput) =>
        TokenBound.Rough(call) + (call is EmbeddingCall ? 0 : TokenBound.Answers(call) * (OutputLimits.Asked(call) ?? standardOutput));
}
