namespace Conductor.Storage;

/// <summary>The idempotency keys of a process that has no storage. They are gone with the process.</summary>
/// <param name="time">The clock.</param>
public sealed class InMemoryIdempotencyStore(TimeProvider time) : IIdempotencyStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Key), LinkedListNode<IdempotencyRecord>> _byKey = [];
    private readonly LinkedList<IdempotencyRecord> _byAge = [];
    private DateTimeOffset _nextSweep;
    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<IdempotencyRecord?> BeginAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_gate)
        {
            SweepAtTimes();
            if (_byKey.TryGetValue((record.TenantId, record.Key), out var known))
            {
                if (known.Value.ExpiresAt > time.GetUtcNow())
                {
                    return Task.FromResult<IdempotencyRecord?>(known.Value);
                }

                Remove(known);
            }

            Add(record);
            return Task.FromResult<IdempotencyRecord?>(null);
        }
    }

    /// <inheritdoc/>
    public Task<int> CompleteAsync(IdempotencyRecord record, long maxTenantBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_gate)
        {
            SweepAtTimes();
            if (Begun(record) is not { } node)
            {
                return Task.FromResult(0);
            }

            _bytes[record.TenantId] += record.Size - node.Value.Size;
            node.Value = record;
            return Task.FromResult(Evict(record.TenantId, maxTenantBytes));
        }
    }

    /// <inheritdoc/>
    public Task ForgetAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_gate)
        {
            if (Begun(record) is { } node)
            {
                Remove(node);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(Sweep());
        }
    }

    private LinkedListNode<IdempotencyRecord>? Begun(IdempotencyRecord record) =>
        _byKey.TryGetValue((record.TenantId, record.Key), out var node) && node.Value.State == IdempotencyState.Running && node.Value.Owner == record.Owner ? node : null;

    private int Evict(string tenantId, long maxTenantBytes)
    {
        var left = 0;
        for (var node = _byAge.First; node is not null && _bytes.GetValueOrDefault(tenantId) > maxTenantBytes;)
        {
            var next = node.Next;
            if (node.Value.TenantId == tenantId && node.Value.State != IdempotencyState.Running)
            {
                Remove(node);
                left++;
            }

            node = next;
        }

        return left;
    }

    // All are looked at, so not at every request.
    private void SweepAtTimes()
    {
        var now = time.GetUtcNow();
        if (now >= _nextSweep)
        {
            _nextSweep = now + TimeSpan.FromMinutes(1);
            Sweep();
        }
    }

    private int Sweep()
    {
        var now = time.GetUtcNow();
        var swept = 0;
        for (var node = _byAge.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.ExpiresAt <= now)
            {
                Remove(node);
                swept++;
            }

            node = next;
        }

        return swept;
    }

    private void Add(IdempotencyRecord record)
    {
        _byKey[(record.TenantId, record.Key)] = _byAge.AddLast(record);
        _bytes[record.TenantId] = _bytes.GetValueOrDefault(record.TenantId) + record.Size;
    }

    private void Remove(LinkedListNode<IdempotencyRecord> node)
    {
        _byAge.Remove(node);
        _byKey.Remove((node.Value.TenantId, node.Value.Key));
        if ((_bytes[node.Value.TenantId] -= node.Value.Size) == 0)
        {
            _bytes.Remove(node.Value.TenantId);
        }
    }
}
