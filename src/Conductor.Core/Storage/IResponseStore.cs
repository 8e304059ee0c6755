namespace Conductor.Storage;

/// <summary>Where answers are kept that callers go on from. Thread-safe; whatever it holds is a tenant's, and invisible to all others.</summary>
public interface IResponseStore
{
    /// <summary>Keeps an answer, in the place of one with the same id. What has expired leaves; then the tenant's oldest, until the rest fits.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="maxTenantBytes">Most bytes of one tenant. An answer larger than that is not kept.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it is kept.</returns>
    /// <exception cref="StorageException">The store is full, locked or damaged.</exception>
    Task<bool> SaveAsync(StoredResponse response, long maxTenantBytes, CancellationToken cancellationToken);

    /// <summary>One answer; null where this tenant has none of this id.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<StoredResponse?> FindAsync(string tenantId, string id, CancellationToken cancellationToken);

    /// <summary>The answer that holds an item; null where none of this tenant's does.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<StoredResponse?> FindByItemAsync(string tenantId, string itemId, CancellationToken cancellationToken);

    /// <summary>Forgets an answer.</summary>
    /// <returns>False where there was none.</returns>
    /// <exception cref="StorageException">The store cannot be written.</exception>
    Task<bool> DeleteAsync(string tenantId, string id, CancellationToken cancellationToken);
}
