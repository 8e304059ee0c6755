using System.Collections.Concurrent;
using Conductor.Settings;

namespace Conductor.Limits;

/// <summary>The limits of one version of the settings, by caller. Immutable but for what it remembers of callers that it was asked for.</summary>
internal sealed class LimitRules
{
    private readonly RateLimit[] _global;
    private readonly CallerLimits _everybody;
    private readonly Dictionary<string, TenantSettings> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Tenant, string Key), RateLimitSettings> _keys = [];
    private readonly ConcurrentDictionary<(string Tenant, string? Key), CallerLimits> _callers = new();

    public LimitRules(ConductorSettings settings)
    {
        Source = settings;
        _global = Rates(LimitScope.Global, settings.Limits.Rates);
        _everybody = new CallerLimits(_global, null, null);
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
        var ofTenant = _tenants.GetValueOrDefault(tenant)?.Limits ?? RateLimitSettings.None;
        var ofKey = key is null ? RateLimitSettings.None : _keys.GetValueOrDefault((tenant, key), RateLimitSettings.None);
        if (ofTenant == RateLimitSettings.None && ofKey == RateLimitSettings.None)
        {
            return _everybody; // not kept by name: in process a tenant's is whatever the program says
        }

        RateLimit[] rates = [.. key is null ? [] : Rates(LimitScope.OfKey(tenant, key), ofKey), .. Rates(LimitScope.OfTenant(tenant), ofTenant), .. _global];
        return _callers.GetOrAdd((tenant, key), new CallerLimits(rates, ofKey.Concurrency, ofTenant.Concurrency));
    }
}

/// <summary>The limits of one caller.</summary>
/// <param name="rates">What is counted by time: its key's, its tenant's, those of all calls.</param>
/// <param name="ofKey">Calls at work at once with its key; null = no limit.</param>
/// <param name="ofTenant">Calls at work at once of its tenant; null = no limit.</param>
internal sealed class CallerLimits(RateLimit[] rates, int? ofKey, int? ofTenant)
{
    public static CallerLimits None { get; } = new([], null, null);

    /// <summary>Limits of requests, the narrowest first.</summary>
    public RateLimit[] Requests { get; } = Array.FindAll(rates, rate => rate.Unit == RateLimitUnit.Requests);

    /// <summary>Limits of tokens, the narrowest first.</summary>
    public RateLimit[] Tokens { get; } = Array.FindAll(rates, rate => rate.Unit == RateLimitUnit.Tokens);

    /// <summary>Whether nothing is counted by time.</summary>
    public bool HasNoRates => rates.Length == 0;

    public int? OfKey => ofKey;

    public int? OfTenant => ofTenant;
}
