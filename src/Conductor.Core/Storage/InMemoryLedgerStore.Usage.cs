using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage;

/// <content>What was used, by the rows that are kept.</content>
public sealed partial class InMemoryLedgerStore : IUsageReader
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<UsageSum>> SumAsync(UsageFilter filter, UsageDimension by, CancellationToken cancellationToken)
    {
        IReadOnlyList<UsageSum> sums =
        [
            .. Kept(filter).GroupBy(row => NameOf(row, by), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.Aggregate(new UsageSum { Name = group.Key }, Add)),
        ];
        return Task.FromResult(sums);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerRow> RowsAsync(UsageFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var row in Kept(filter))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    private List<LedgerRow> Kept(UsageFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_gate)
        {
            return [.. _byAge.Where(filter.Fits)];
        }
    }

    private static string NameOf(LedgerRow row, UsageDimension by) => by switch
    {
        UsageDimension.None => "",
        UsageDimension.Tenant => row.TenantId,
        UsageDimension.Key => $"{row.TenantId}/{row.KeyId}",
        UsageDimension.Model => $"{row.Provider}/{row.Model}",
        UsageDimension.Operation => row.Operation,
        UsageDimension.Provider => row.Provider,
        _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such dimension."),
    };

    private static UsageSum Add(UsageSum sum, LedgerRow row)
    {
        var cost = row.Cost ?? NanoUsd.Zero;
        return sum with
        {
            Calls = sum.Calls + (row.Attempt == 1 ? 1 : 0),
            Attempts = sum.Attempts + 1,
            Succeeded = sum.Succeeded + (row.Status == AttemptStatus.Succeeded ? 1 : 0),
            Cancelled = sum.Cancelled + (row.Status == AttemptStatus.Cancelled ? 1 : 0),
            Duration = sum.Duration + row.Duration,
            Usage = sum.Usage + row.Usage with { IsEstimated = false, IsSuspect = false },
            Cost = sum.Cost + cost,
            EstimatedCost = row.CostStatus is CostStatus.Estimated or CostStatus.Interrupted ? sum.EstimatedCost + cost : sum.EstimatedCost,
            UnknownCosts = sum.UnknownCosts + (row.CostStatus == CostStatus.Unknown ? 1 : 0),
        };
    }
}
