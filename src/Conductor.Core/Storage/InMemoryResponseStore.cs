namespace Conductor.Storage;

/// <summary>The answers of a process that has no storage. They are gone with the process.</summary>
/// <param name="time">The clock.</param>
public sealed class InMemoryResponseStore(TimeProvider time) : IResponseStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<bool> SaveAsync(StoredResponse response, long maxTenantBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        lock (_gate)
        {
            Expire();
            if (response.Size > maxTenantBytes)
            {
                return Task.FromResult(false);
            }

            if (!_tenants.TryGetValue(response.TenantId, out var tenant))
            {
                _tenants[response.TenantId] = tenant = new Tenant();
            }

            tenant.Remove(response.Id);
            tenant.Add(response);
            while (tenant.Bytes > maxTenantBytes)
            {
                tenant.Remove(tenant.ByAge.First!.Value.Id);
            }

            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public Task<StoredResponse?> FindAsync(string tenantId, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(Find(tenantId, id));
        }
    }

    /// <inheritdoc/>
    public Task<StoredResponse?> FindByItemAsync(string tenantId, string itemId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_tenants.TryGetValue(tenantId, out var tenant) && tenant.ByItem.TryGetValue(itemId, out var id) ? Find(tenantId, id) : null);
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string tenantId, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(Find(tenantId, id) is not null && _tenants[tenantId].Remove(id));
        }
    }

    private StoredResponse? Find(string tenantId, string id) =>
        _tenants.TryGetValue(tenantId, out var tenant) && tenant.ById.TryGetValue(id, out var node) && node.Value.ExpiresAt > time.GetUtcNow() ? node.Value : null;

    private void Expire()
    {
        var now = time.GetUtcNow();
        foreach (var tenant in _tenants.Values)
        {
            while (tenant.ByAge.First is { } oldest && oldest.Value.ExpiresAt <= now)
            {
                tenant.Remove(oldest.Value.Id);
            }
        }
    }

    private sealed class Tenant
    {
        public LinkedList<StoredResponse> ByAge { get; } = new();

        public Dictionary<string, LinkedListNode<StoredResponse>> ById { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> ByItem { get; } = new(StringComparer.Ordinal);

        public long Bytes { get; private set; }

        public void Add(StoredResponse response)
        {
            ById[response.Id] = ByAge.AddLast(response);
            Bytes += response.Size;
            foreach (var item in response.ItemIds)
            {
                ByItem[item] = response.Id;
            }
        }

        public bool Remove(string id)
        {
            if (!ById.Remove(id, out var node))
            {
                return false;
            }

            ByAge.Remove(node);
            Bytes -= node.Value.Size;
            foreach (var item in node.Value.ItemIds)
            {
                if (ByItem.TryGetValue(item, out var owner) && owner == id)
                {
                    ByItem.Remove(item);
                }
            }

            return true;
        }
    }
}
