using Conductor.Storage;

namespace Conductor.Core.Tests.Limits;

/// <summary>A ledger that outlives its machine, as one on a disk does, and fails when it is told to.</summary>
internal sealed class DurableLedger : ILedgerStore, IUsageReader, IBalanceReader
{
    private readonly InMemoryLedgerStore _rows = new();

    public bool Fails { get; set; }

    public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken) => _rows.AppendAsync(rows, cancellationToken);

    public Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken) => _rows.FindAsync(tenantId, requestId, cancellationToken);

    public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken) => _rows.TotalsAsync(cancellationToken);

    public Task<IReadOnlyList<UsageSum>> SumAsync(UsageFilter filter, UsageDimension by, CancellationToken cancellationToken) =>
        Fails ? throw new StorageException("scripted") : _rows.SumAsync(filter, by, cancellationToken);

    public IAsyncEnumerable<LedgerRow> RowsAsync(UsageFilter filter, CancellationToken cancellationToken) => _rows.RowsAsync(filter, cancellationToken);

    public Task<IReadOnlyList<SpentAmount>> SpentAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SpentAmount>>([]);
}
