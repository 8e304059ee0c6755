using System.Collections.Concurrent;
using Conductor.Settings;

namespace Conductor.Limits;

/// <summary>The limits of one version of the settings, by caller. Immutable but for what it remembers of callers that it was asked for.</summary>
internal sealed class LimitRules
{
    private readonly RateLimit[] _global;
    private readonly Dictionary<string, TenantSettings> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Tenant, string Key), RateLimitSettings> _keys = [];
    private readonly ConcurrentDictionary<(string Tenant, string? Key), CallerLimits> _callers = new();

    public LimitRules(ConductorSettings settings)
    {
        Source = settings;
        _global = Rates(LimitScope.Global, settings.Limits.Rates);
        foreach (var (name, tenant) in settings.Tenants)
        {
            if (tenant.Limits != RateLimitSettings.None)
            {
                _tenants.Add(name, tenant);
            }
        }

        foreach (var key in settings.Keys)
        {
            if (key.Limits != RateLimitSettings.None)
            {
                _keys[(key.Tenant, key.Name)] = key.Limits;
            }
        }
    }

    /// <summary>The settings that they are of.</summary>
    public ConductorSettings Source { get; }

    /// <summary>True when nobody has a limit.</summary>
    public bool IsEmpty => _global.Length == 0 && _tenants.Count == 0 && _keys.Count == 0;

    /// <summary>The limits of one scope.</summary>
    public static RateLimit[] Rates(LimitScope scope, RateLimitSettings settings)
    {
        List<RateLimit> rates = [];
        Add(RateLimitUnit.Requests, RateLimitPeriod.Minute, settings.Rpm);
        Add(RateLimitUnit.Tokens, RateLimitPeriod.Minute, settings.Tpm);
        Add(RateLimitUnit.Tokens, RateLimitPeriod.Day, settings.TokensPerDay);
        return [.. rates];

        void Add(RateLimitUnit unit, RateLimitPeriod period, long? most)
        {
            if (most is { } limit)
            {
                rates.Add(new RateLimit(scope, unit, period, limit));
            }
        }
    }

    /// <summary>The limits that a caller is under, the narrowest first. The same object each time.</summary>
    public CallerLimits For(string tenant, string? key) =>
        _callers.TryGetValue((tenant, key), out var known) ? known : Find(tenant, key);

    private CallerLimits Find(string tenant, string? key)
    {
        List<RateLimit> rates = [];
        int? ofKey = null;
        if (key is not null && _keys.TryGetValue((tenant, key), out var keyLimits))
        {
            rates.AddRange(Rates(LimitScope.OfKey(tenant, key), keyLimits));
            ofKey = keyLimits.Concurrency;
        }

        var tenantLimits = _tenants.GetValueOrDefault(tenant)?.Limits ?? RateLimitSettings.None;
        rates.AddRange(Rates(LimitScope.OfTenant(tenant), tenantLimits));
        rates.AddRange(_global);
        var limits = new CallerLimits([.. rates], ofKey, tenantLimits.Concurrency);

        // In process a tenant's name is whatever the program says: those without limits of their own are not kept.
        return ofKey is null && rates.Count == _global.Length && tenantLimits == RateLimitSettings.None ? limits : _callers.GetOrAdd((tenant, key), limits);
    }
}

/// <summary>The limits of one caller.</summary>
/// <param name="Rates">What is counted by time: its key's, its tenant's, those of all calls.</param>
/// <param name="OfKey">Calls at work at once with its key; null = no limit.</param>
/// <param name="OfTenant">Calls at work at once of its tenant; null = no limit.</param>
internal sealed record CallerLimits(RateLimit[] Rates, int? OfKey, int? OfTenant)
{
    public static CallerLimits None { get; } = new([], null, null);
}
