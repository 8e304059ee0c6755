using System.Globalization;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage;

/// <summary>Holds ledger rows against what must be true of each, and sums them up. Rows in any order; not thread-safe.</summary>
/// <param name="recompute">The cost of a row's usage by the prices that made it; null where those are not known any more.</param>
public sealed class LedgerAudit(Func<LedgerRow, NanoUsd?> recompute)
{
    private const int MostTold = 100;
    private readonly List<string> _violations = [];
    private readonly SortedDictionary<CostStatus, (long Rows, NanoUsd Cost)> _byStatus = [];

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows whose cost was computed again.</summary>
    public long Recomputed { get; private set; }

    /// <summary>Calls, by their first attempts.</summary>
    public long Requests { get; private set; }

    /// <summary>The sum of the known costs.</summary>
    public NanoUsd Cost { get; private set; }

    /// <summary>Rows and known costs by how sure the cost is.</summary>
    public IReadOnlyDictionary<CostStatus, (long Rows, NanoUsd Cost)> ByStatus => _byStatus;

    /// <summary>What is wrong, a sentence each; the first hundred.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>How much is wrong in all.</summary>
    public long ViolationCount { get; private set; }

    /// <summary>Looks at a row.</summary>
    public void Add(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Rows++;
        Requests += row.Attempt == 1 ? 1 : 0;
        var cost = row.Cost ?? NanoUsd.Zero;
        Cost += cost;
        var (rows, sum) = _byStatus.GetValueOrDefault(row.CostStatus);
        _byStatus[row.CostStatus] = (rows + 1, sum + cost);
        CheckUsage(row);
        CheckCost(row);
        if (recompute(row) is { } again && row.CostStatus is CostStatus.Settled or CostStatus.Estimated)
        {
            Recomputed++;
            Require(row.Cost == again, row, $"costs {row.Cost?.ToString() ?? "nothing known"} USD, and by its usage and prices {again} USD");
        }
    }

    /// <summary>Notes what is wrong with the ledger as a whole.</summary>
    public void Tell(string violation)
    {
        ViolationCount++;
        if (_violations.Count < MostTold)
        {
            _violations.Add(violation);
        }
    }

    private void CheckUsage(LedgerRow row)
    {
        var usage = row.Usage;
        long[] counters =
        [
            usage.InputTokens, usage.CachedInputTokens, usage.CacheWriteTokens, usage.CacheWriteHourTokens, usage.AudioInputTokens, usage.ImageInputTokens,
            usage.EmbeddingTokens, usage.OutputTokens, usage.ReasoningTokens, usage.AudioOutputTokens, usage.ImageOutputTokens,
        ];
        Require(Array.TrueForAll(counters, counter => counter >= 0), row, "has a counter below zero");
        Require(usage.CachedInputTokens + usage.CacheWriteTokens <= usage.InputTokens, row, "read from and wrote to a cache more than its input");
        Require(usage.ReasoningTokens <= usage.OutputTokens, row, "reasoned more than its output");
        Require(row.CostStatus != CostStatus.Settled || !usage.IsEstimated || row.Cost == NanoUsd.Zero, row, "is settled, and its usage is an estimate");
    }

    private void CheckCost(LedgerRow row)
    {
        Require(row.Cost is not { } cost || cost >= NanoUsd.Zero, row, "costs less than nothing");
        Require(row.Cost is not null || row.CostStatus is CostStatus.Unknown or CostStatus.Interrupted, row, $"has no cost and is {row.CostStatus}");
        switch (row.CostStatus)
        {
            case CostStatus.Unknown:
                Require(row.Cost is null, row, "has a cost and is unknown");
                break;
            case CostStatus.Released:
                Require(row.Cost == NanoUsd.Zero && row.Usage.TotalTokens == 0, row, "is released, and has used something");
                break;
            case CostStatus.Interrupted:
                Require(row.Cost == row.Reserved, row, "was interrupted, and is not at what was reserved for it");
                break;
        }
    }

    private void Require(bool isTrue, LedgerRow row, string what)
    {
        if (!isTrue)
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"call {row.CallId} attempt {row.Attempt} of request {row.RequestId} {what}"));
        }
    }
}
