namespace Conductor.Storage;

/// <summary>The ledger's store as one that can be asked for usage. Not the store itself under another name: a container disposes of what it hands out, and the writer needs the store to its end.</summary>
internal sealed class LedgerUsage(ILedgerStore store) : IUsageReader
{
    private readonly IUsageReader _reader = store as IUsageReader ?? throw new StorageException("The store of the ledger cannot be asked for usage.");

    public Task<IReadOnlyList<UsageSum>> SumAsync(UsageFilter filter, UsageDimension by, CancellationToken cancellationToken) => _reader.SumAsync(filter, by, cancellationToken);

    public IAsyncEnumerable<LedgerRow> RowsAsync(UsageFilter filter, CancellationToken cancellationToken) => _reader.RowsAsync(filter, cancellationToken);
}
