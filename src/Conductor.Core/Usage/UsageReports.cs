using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>Answers what was used, out of the ledger and of nothing else.</summary>
/// <param name="reader">The ledger.</param>
/// <param name="store">The same, by request.</param>
/// <param name="writer">What is not yet in it.</param>
/// <param name="time">The clock.</param>
public sealed class UsageReports(IUsageReader reader, ILedgerStore store, LedgerWriter writer, TimeProvider time)
{
    // A store that fails keeps its rows waiting; the answer is then what is in it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>What was used in a period.</summary>
    /// <param name="filter">Which rows; its times are the period's.</param>
    /// <param name="period">The period.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<UsageMetrics> MetricsAsync(UsageFilter filter, UsagePeriod period, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        var within = filter with { From = period.From, Until = period.Until };
        var operations = await reader.SumAsync(within, UsageDimension.Operation, cancellationToken).ConfigureAwait(false);
        var providers = await reader.SumAsync(within, UsageDimension.Provider, cancellationToken).ConfigureAwait(false);

        // Added up here, from one of the two: a total that was asked for separately could already hold a row more.
        var total = operations.Aggregate(new UsageSum { Name = "" }, Add);
        return new UsageMetrics
        {
            TenantId = filter.TenantId ?? "*",
            Period = period,
            TotalRequests = total.Calls,
            SuccessfulRequests = total.Succeeded,
            CancelledRequests = total.Cancelled,
            FailedRequests = operations.Sum(OperationMetrics.FailedCalls),
            Usage = total.Usage,
            Cost = total.Cost,
            EstimatedCost = total.EstimatedCost,
            UnknownCosts = total.UnknownCosts,
            ByOperation = operations.ToDictionary(sum => sum.Name, OperationMetrics.Of, StringComparer.Ordinal),
            ByProvider = providers.ToDictionary(sum => sum.Name, ProviderMetrics.Of, StringComparer.Ordinal),
        };
    }

    /// <summary>Sums of a period by one dimension.</summary>
    public async Task<IReadOnlyList<UsageSum>> GroupsAsync(UsageFilter filter, UsagePeriod period, UsageDimension by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await reader.SumAsync(filter with { From = period.From, Until = period.Until }, by, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every attempt that was booked under a request id of this tenant, by call and attempt; none where there is none.</summary>
    public async Task<IReadOnlyList<LedgerRow>> GenerationAsync(string tenantId, string requestId, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        return await store.FindAsync(tenantId, requestId, cancellationToken).ConfigureAwait(false);
    }

    private static UsageSum Add(UsageSum sum, UsageSum other) => sum with
    {
        Calls = sum.Calls + other.Calls,
        Attempts = sum.Attempts + other.Attempts,
        Succeeded = sum.Succeeded + other.Succeeded,
        Cancelled = sum.Cancelled + other.Cancelled,
        Duration = sum.Duration + other.Duration,
        Usage = sum.Usage + other.Usage,
        Cost = sum.Cost + other.Cost,
        EstimatedCost = sum.EstimatedCost + other.EstimatedCost,
        UnknownCosts = sum.UnknownCosts + other.UnknownCosts,
    };

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (writer.Unsaved == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(LongestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await writer.FlushAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The store is slow or full; what is in it is what there is to say.
        }
    }
}
