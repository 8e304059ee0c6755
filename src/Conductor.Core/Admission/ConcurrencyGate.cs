using System.Collections.Concurrent;

namespace Conductor.Admission;

/// <summary>Counts calls at work, in all and by tenant. Beyond the limit a call is refused at once: a queue would only hide the overload.</summary>
internal sealed class ConcurrencyGate
{
    private readonly ConcurrentDictionary<string, Counter> _tenants = new(StringComparer.Ordinal);
    private int _active;

    public int Active => Volatile.Read(ref _active);

    /// <summary>A place, or the limit that is reached.</summary>
    public bool TryEnter(string tenantId, int most, int? mostOfTenant, out int reachedLimit)
    {
        reachedLimit = most;
        if (Interlocked.Increment(ref _active) > most)
        {
            Interlocked.Decrement(ref _active);
            return false;
        }

        if (mostOfTenant is { } limit)
        {
            var tenant = _tenants.GetOrAdd(tenantId, static _ => new Counter());
            if (Interlocked.Increment(ref tenant.Active) > limit)
            {
                Interlocked.Decrement(ref tenant.Active);
                Interlocked.Decrement(ref _active);
                reachedLimit = limit;
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives the place back, with the same arguments that it was taken with.</summary>
    public void Leave(string tenantId, bool isCountedByTenant)
    {
        if (isCountedByTenant && _tenants.TryGetValue(tenantId, out var tenant))
        {
            Interlocked.Decrement(ref tenant.Active);
        }

        Interlocked.Decrement(ref _active);
    }

    private sealed class Counter
    {
        public int Active;
    }
}
