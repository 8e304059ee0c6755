using Conductor.Money;

namespace Conductor.Calls;

/// <summary>What a call cost so far: the sum over its attempts.</summary>
/// <param name="Amount">Null when any attempt that used something has an unknown price.</param>
/// <param name="Status">`settled`, `estimated` or `unknown`.</param>
public sealed record CallCost(NanoUsd? Amount, string Status)
{
    /// <summary>The amount in dollars.</summary>
    public decimal? Usd => Amount?.ToUsd();

    /// <summary>Adds up the attempts of a call; a call from the cache cost nothing.</summary>
    public static CallCost Of(ModelCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        NanoUsd? sum = NanoUsd.Zero;
        var isEstimated = false;
        foreach (var attempt in call.Attempts)
        {
            if (attempt.CostStatus == CostStatus.Released)
            {
                continue;
            }

            isEstimated |= attempt.CostStatus == CostStatus.Estimated;
            sum = sum is { } known && attempt.Cost is { } cost ? known + cost : null;
        }

        return new CallCost(sum, sum is null ? "unknown" : isEstimated ? "estimated" : "settled");
    }
}
