using System.Collections.Concurrent;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Limits;
using Conductor.Settings;

namespace Conductor.Admission;

/// <summary>
/// Counts calls at work: with a key, of a tenant, in all. Beyond a limit a call is refused at once, because a queue hides an overload; where `limits.queue` asks for one, a few
/// wait for a while.
/// </summary>
internal sealed class ConcurrencyGate(TimeProvider time) : IDisposable
{
    private readonly Places _all = new(time);
    private readonly ConcurrentDictionary<string, Places> _tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Tenant, string Key), Places> _keys = new();
    private int _active;

    public int Active => Volatile.Read(ref _active);

    /// <summary>Takes a place in every scope, the narrowest first, or none.</summary>
    /// <returns>What gives all of them back when it is disposed.</returns>
    /// <exception cref="ConductorException">503 `queue_full`: a limit is reached, and nobody may wait for it, or not longer.</exception>
    public ValueTask<IDisposable> EnterAsync(CallContext caller, CallerLimits limits, LimitsSettings settings, CancellationToken cancellationToken)
    {
        var entry = new Entry(this);
        return entry.TryTake(caller, limits, settings, out var reached) is { } full
            ? settings.Queue.Length > 0
                ? WaitAsync(entry, caller, limits, settings, cancellationToken)
                : throw Refuse(full, reached, caller, limits, settings)
            : new ValueTask<IDisposable>(entry);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var places in _tenants.Values.Concat(_keys.Values).Append(_all))
        {
            places.Dispose();
        }
    }

    private async ValueTask<IDisposable> WaitAsync(Entry entry, CallContext caller, CallerLimits limits, LimitsSettings settings, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(settings.Queue.Wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        Scope reached = default;
        try
        {
            foreach (var scope in ScopesOf(caller, limits, settings))
            {
                reached = scope;
                if (await scope.Places.EnterAsync(scope.Most, settings.Queue.Length, either.Token).ConfigureAwait(false) is not { } place)
                {
                    throw Refuse(scope.Places, scope.Kind, caller, limits, settings);
                }

                entry.Add(place);
            }

            entry.Count();
            return entry;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            entry.Dispose();
            throw Refuse(reached.Places, reached.Kind, caller, limits, settings);
        }
        catch
        {
            entry.Dispose();
            throw;
        }
    }

    private IEnumerable<Scope> ScopesOf(CallContext caller, CallerLimits limits, LimitsSettings settings)
    {
        if (limits.OfKey is { } ofKey)
        {
            yield return new Scope(LimitScopeKind.Key, PlacesOfKey(caller), ofKey);
        }

        if (limits.OfTenant is { } ofTenant)
        {
            yield return new Scope(LimitScopeKind.Tenant, PlacesOfTenant(caller), ofTenant);
        }

        yield return new Scope(LimitScopeKind.Global, _all, settings.MaxConcurrentRequests);
    }

    private Places PlacesOfKey(CallContext caller) => _keys.GetOrAdd((caller.TenantId, caller.KeyId!), static (_, time) => new Places(time), time);

    private Places PlacesOfTenant(CallContext caller) => _tenants.GetOrAdd(caller.TenantId, static (_, time) => new Places(time), time);

    private static ConductorException Refuse(Places places, LimitScopeKind kind, CallContext caller, CallerLimits limits, LimitsSettings settings)
    {
        var (whose, most) = kind switch
        {
            LimitScopeKind.Key => ($" with key '{caller.KeyId}'", limits.OfKey!.Value),
            LimitScopeKind.Tenant => ($" of tenant '{caller.TenantId}'", limits.OfTenant!.Value),
            _ => ("", settings.MaxConcurrentRequests),
        };
        return ConductorErrors.QueueFull(most, whose, places.LikelyWait());
    }

    private readonly record struct Scope(LimitScopeKind Kind, Places Places, int Most);

    /// <summary>The places of one call.</summary>
    private sealed class Entry(ConcurrencyGate gate) : IDisposable
    {
        private Places.Place? _ofKey;
        private Places.Place? _ofTenant;
        private Places.Place? _ofAll;
        private bool _isCounted;

        /// <returns>Null: it has all of them. Else those that are all taken, and it has none.</returns>
        public Places? TryTake(CallContext caller, CallerLimits limits, LimitsSettings settings, out LimitScopeKind reached)
        {
            var queue = settings.Queue.Length;
            reached = LimitScopeKind.Key;
            if (limits.OfKey is { } ofKey && gate.PlacesOfKey(caller) is var keys && (_ofKey = keys.TryEnter(ofKey, queue)) is null)
            {
                return keys;
            }

            reached = LimitScopeKind.Tenant;
            if (limits.OfTenant is { } ofTenant && gate.PlacesOfTenant(caller) is var tenants && (_ofTenant = tenants.TryEnter(ofTenant, queue)) is null)
            {
                Dispose();
                return tenants;
            }

            reached = LimitScopeKind.Global;
            if ((_ofAll = gate._all.TryEnter(settings.MaxConcurrentRequests, queue)) is null)
            {
                Dispose();
                return gate._all;
            }

            Count();
            return null;
        }

        /// <summary>Adds a place that was waited for, the narrowest scope's first.</summary>
        public void Add(Places.Place place)
        {
            (_ofKey, _ofTenant, _ofAll) = (_ofTenant, _ofAll, place);
        }

        public void Count()
        {
            _isCounted = true;
            Interlocked.Increment(ref gate._active);
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _ofAll, null)?.Dispose();
            Interlocked.Exchange(ref _ofTenant, null)?.Dispose();
            Interlocked.Exchange(ref _ofKey, null)?.Dispose();
            if (_isCounted)
            {
                _isCounted = false;
                Interlocked.Decrement(ref gate._active);
            }
        }
    }
}
