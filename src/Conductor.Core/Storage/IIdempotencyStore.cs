namespace Conductor.Storage;

/// <summary>Where it is kept which idempotency keys were used, and what their requests came to. Thread-safe; a tenant's keys are invisible to all others.</summary>
public interface IIdempotencyStore
{
    /// <summary>Takes a key for a request that is about to run. Of several at once, exactly one takes it.</summary>
    /// <param name="record">The request, running.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null when the key is taken for it now; else what the key was taken for before and has not expired.</returns>
    /// <exception cref="StorageException">The store is full, locked or damaged: nothing was taken.</exception>
    Task<IdempotencyRecord?> BeginAsync(IdempotencyRecord record, CancellationToken cancellationToken);

    /// <summary>Puts what a request came to in the place of its running record, then lets the tenant's oldest finished records leave until the rest fits.</summary>
    /// <param name="record">The record, no longer running. One of another <see cref="IdempotencyRecord.Owner"/> than took the key changes nothing.</param>
    /// <param name="maxTenantBytes">Most bytes of one tenant.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many left before their time.</returns>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    Task<int> CompleteAsync(IdempotencyRecord record, long maxTenantBytes, CancellationToken cancellationToken);

    /// <summary>Frees a key whose request came to nothing that is kept: the next request takes it anew.</summary>
    /// <param name="record">The record as it was begun.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    Task ForgetAsync(IdempotencyRecord record, CancellationToken cancellationToken);

    /// <summary>Deletes what has expired.</summary>
    /// <returns>How many records.</returns>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    Task<int> SweepAsync(CancellationToken cancellationToken);
}
