using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Invoke;

/// <summary>What an attempt that has ended leaves behind: its cost, the provider's statistics, a ledger row, the metrics.</summary>
internal static class AttemptBooking
{
    public static void Book(ModelCall call, Attempt attempt, AttemptServices services, ReservationTicket ticket, bool isProvidersFault)
    {
        (attempt.Cost, attempt.CostStatus) = Settle(attempt, services);
        var statistics = attempt.Target.Provider.Statistics;
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            statistics.Succeeded(call.Timings.Provider > TimeSpan.Zero ? call.Timings.Provider : attempt.Duration);
        }
        else if (isProvidersFault)
        {
            statistics.Failed(attempt.ErrorCode!, services.Time.GetUtcNow());
        }

        var row = LedgerRows.Of(call, attempt);
        services.Ledger.Append(row, ticket);
        services.TellObservers(row);
        call.Limits?.Settle(attempt);
        services.Metrics.AttemptEnded(call, attempt);
    }

    private static (NanoUsd? Cost, CostStatus Status) Settle(Attempt attempt, AttemptServices services)
    {
        var (usage, price) = (attempt.Usage, attempt.Target.Price);
        if (usage.TotalTokens == 0 && attempt.Status != AttemptStatus.Succeeded)
        {
            return (NanoUsd.Zero, CostStatus.Released);
        }

        var cost = price?.CostOf(usage) ?? services.EstimateByProvider(attempt.Target, usage);
        return (cost, cost is null ? CostStatus.Unknown : (usage.IsEstimated && price is not { IsFree: true }) || price is { IsCeiling: true } ? CostStatus.Estimated : CostStatus.Settled);
    }
}
