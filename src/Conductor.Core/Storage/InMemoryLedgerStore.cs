using Conductor.Money;

namespace Conductor.Storage;

/// <summary>The ledger of a process that has no storage: the newest rows, and totals over all of them. It is gone with the process.</summary>
/// <param name="capacity">Rows that are kept; older ones leave, their sums stay.</param>
public sealed partial class InMemoryLedgerStore(int capacity = 10_000) : ILedgerStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<LedgerRow>> _byCall = new(StringComparer.Ordinal);
    private readonly Queue<LedgerRow> _byAge = new();
    private LedgerTotals _totals = new(0, 0, 0, NanoUsd.Zero);

    public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        lock (_gate)
        {
            foreach (var row in rows)
            {
                Add(row);
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            IReadOnlyList<LedgerRow> found =
            [
                .. _byAge.Where(row => row.RequestId == requestId && row.TenantId == tenantId).OrderBy(row => row.CallId, StringComparer.Ordinal).ThenBy(row => row.Attempt),
            ];
            return Task.FromResult(found);
        }
    }

    public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_totals);
        }
    }

    private void Add(LedgerRow row)
    {
        var isNewCall = !_byCall.TryGetValue(row.CallId, out var attempts);
        if (isNewCall)
        {
            _byCall.Add(row.CallId, attempts = []);
        }
        else if (attempts!.Exists(known => known.Attempt == row.Attempt))
        {
            return;
        }

        attempts!.Add(row);
        _byAge.Enqueue(row);
        _totals = new LedgerTotals(
            _totals.Requests + (isNewCall ? 1 : 0),
            _totals.Attempts + 1,
            _totals.Tokens + row.Usage.TotalTokens,
            _totals.Cost + (row.Cost ?? NanoUsd.Zero));
        while (_byAge.Count > capacity)
        {
            Forget(_byAge.Dequeue());
        }
    }

    private void Forget(LedgerRow oldest)
    {
        var attempts = _byCall[oldest.CallId];
        attempts.Remove(oldest);
        if (attempts.Count == 0)
        {
            _byCall.Remove(oldest.CallId);
        }
    }
}
