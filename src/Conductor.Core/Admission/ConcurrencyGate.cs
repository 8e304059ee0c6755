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

    public int Active => _all.Inside;

    /// <summary>Takes a place in every scope, the narrowest first, or none.</summary>
    /// <returns>What gives all of them back when it is disposed.</returns>
    /// <exception cref="ConductorException">503 `queue_full`: a limit is reached, and nobody may wait for it, or not longer.</exception>
    public ValueTask<IDisposable> EnterAsync(CallContext caller, CallerLimits limits, LimitsSettings settings, CancellationToken cancellationToken)
    {
        if (limits is { OfKey: null, OfTenant: null } && _all.TryEnter(settings.MaxConcurrentRequests, settings.Queue.Length) is { } place)
        {
            return new ValueTask<IDisposable>(place);
        }

        var entry = new Entry();
        foreach (var scope in ScopesOf(caller, limits, settings))
        {
            if (scope.Places.TryEnter(scope.Most, settings.Queue.Length) is { } free)
            {
                entry.Add(free);
                continue;
            }

            entry.Dispose();
            return settings.Queue.Length > 0
                ? WaitAsync(entry, caller, limits, settings, cancellationToken)
                : throw Refuse(scope, caller);
        }

        return new ValueTask<IDisposable>(entry);
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
                    throw Refuse(scope, caller);
                }

                entry.Add(place);
            }

            return entry;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            entry.Dispose();
            throw Refuse(reached, caller);
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

    private static ConductorException Refuse(Scope scope, CallContext caller) => ConductorErrors.QueueFull(
        scope.Most,
        scope.Kind switch
        {
            LimitScopeKind.Key => $" with key '{caller.KeyId}'",
            LimitScopeKind.Tenant => $" of tenant '{caller.TenantId}'",
            _ => "",
        },
        scope.Places.LikelyWait());

    private readonly record struct Scope(LimitScopeKind Kind, Places Places, int Most);

    /// <summary>The places of one call in several scopes.</summary>
    private sealed class Entry : IDisposable
    {
        private Places.Place? _first;
        private Places.Place? _second;
        private Places.Place? _third;

        /// <summary>Adds a place, the narrowest scope's first.</summary>
        public void Add(Places.Place place) => (_first, _second, _third) = (_second, _third, place);

        /// <summary>Gives back what it has; it may be filled anew.</summary>
        public void Dispose()
        {
            Interlocked.Exchange(ref _third, null)?.Dispose();
            Interlocked.Exchange(ref _second, null)?.Dispose();
            Interlocked.Exchange(ref _first, null)?.Dispose();
        }
    }
}
