using Conductor.Audit;

namespace Conductor.Storage;

/// <summary>Where the rows of the audit log are kept: a chain that only grows. Thread-safe; several processes may append to one store.</summary>
public interface IAuditStore
{
    /// <summary>Adds rows behind the last one, in this order: all of them or none. When this returns they are on the disk.</summary>
    /// <exception cref="StorageException">The store is full, locked or damaged; nothing was added.</exception>
    Task<AuditHead> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);

    /// <summary>Rows that match, the newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<IReadOnlyList<AuditRow>> ListAsync(AuditFilter filter, int most, CancellationToken cancellationToken);

    /// <summary>All rows with a higher number than <paramref name="after"/>, in order, as they stand in the store, right or wrong.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    IAsyncEnumerable<AuditRow> AllAsync(long after, CancellationToken cancellationToken);

    /// <summary>What the store has noted of its last row, apart from the row itself.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<AuditHead> HeadAsync(CancellationToken cancellationToken);
}
