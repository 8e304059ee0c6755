namespace Conductor.Storage;

/// <summary>Where the ledger's rows are kept. Append-only: a row is written once, when its attempt has ended.</summary>
public interface ILedgerStore
{
    /// <summary>Appends rows in one transaction. A row whose (call id, attempt) is already there is left as it is.</summary>
    /// <exception cref="StorageException">The store is full, locked or damaged; no row of the batch was written.</exception>
    Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken);

    /// <summary>The rows of one request id, by call and attempt.</summary>
    Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken);

    /// <summary>Totals over all rows.</summary>
    Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken);
}

/// <summary>The store cannot take or give rows.</summary>
public sealed class StorageException(string message, Exception? innerException = null) : Exception(message, innerException);
