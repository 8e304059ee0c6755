using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Core.Tests.Configuration;

/// <summary>Limits as files write them: one reader for all places.</summary>
public sealed class LimitSettingsTests
{
    [Fact]
    public void Limits_OfAllPlaces_AreRead()
    {
        using var folder = new ConfigFolder();
        folder.Write("conductor.yaml", """
            providers:
              x: { plugin: p, keys: [ first-key, { value: second-key, weight: 2.5, rpm: 500, tpm: 2000000 } ] }
            limits: { max_concurrent_requests: 9, rpm: 100, tpm: 1000, tokens_per_day: 5000000000, usd_per_day: 12.5, count_cache_hits: false, queue: { length: 7, wait: 250ms } }
            """);
        folder.Write("tenants.yaml", """
            tenants:
              acme: { limits: { rpm: 1, tpm: 2, tokens_per_day: 3, usd_per_day: 4, concurrency: 5 }, budget: { usd: 100 } }
              plain: {}
            keys:
              - { tenant: acme, name: web, key: a-long-and-random-key-1, limits: { rpm: 6, usd_per_day: 0.5, concurrency: 2 } }
            """);

        var settings = folder.Load().Required;

        var daily = new BudgetSettings { Limit = NanoUsd.FromUsd(12.5m), Per = BudgetPeriod.Day };
        Assert.Equal(new RateLimitSettings { Rpm = 100, Tpm = 1000, TokensPerDay = 5_000_000_000, UsdPerDay = 12.5m }, settings.Limits.Rates);
        Assert.Equal((9, false, new QueueSettings { Length = 7, Wait = TimeSpan.FromMilliseconds(250) }), (settings.Limits.MaxConcurrentRequests, settings.Limits.CountCacheHits, settings.Limits.Queue));
        Assert.Equal([daily], settings.Budgets.Global);
        var acme = settings.Tenants["acme"];
        Assert.Equal(new RateLimitSettings { Rpm = 1, Tpm = 2, TokensPerDay = 3, UsdPerDay = 4, Concurrency = 5 }, acme.Limits);
        Assert.Equal([new BudgetSettings { Limit = NanoUsd.FromUsd(100) }, daily with { Limit = NanoUsd.FromUsd(4) }], acme.Budgets);
        Assert.Same(RateLimitSettings.None, settings.Tenants["plain"].Limits);
        var key = Assert.Single(settings.Keys);
        Assert.Equal(new RateLimitSettings { Rpm = 6, UsdPerDay = 0.5m, Concurrency = 2 }, key.Limits);
        Assert.Equal([daily with { Limit = NanoUsd.FromUsd(0.5m) }], key.Budgets);
        var keys = settings.Providers["x"].KeySettings;
        Assert.Equal([("first-key", 1m, RateLimitSettings.None), ("second-key", 2.5m, new RateLimitSettings { Rpm = 500, Tpm = 2_000_000 })], keys.Select(one => (one.Value.Reveal(), one.Weight, one.Limits)));
    }

    /// <summary>A number that is too large to be counted must not be none: a limit that is not there, a budget of nothing, a price of nothing.</summary>
    [Theory]
    [InlineData("limits: { usd_per_day: 1e30 }", "tenants.acme.limits.usd_per_day")]
    [InlineData("limits: { tpm: 1e20 }", "tenants.acme.limits.tpm")]
    [InlineData("limits: { rpm: 99999999999 }", "tenants.acme.limits.rpm")]
    [InlineData("limits: { tokens_per_day: 1e30 }", "tenants.acme.limits.tokens_per_day")]
    [InlineData("budget: { usd: 1e30, per: day }", "tenants.acme.budget.usd")]
    [InlineData("cost_limits: { daily_limit_cents: 1e27 }", "tenants.acme.cost_limits.daily_limit_cents")]
    [InlineData("cost_limits: { daily_limit_cents: 1e30 }", "tenants.acme.cost_limits.daily_limit_cents")]
    public void Number_TooLarge_IsAMistakeAtItsPlace(string entry, string path)
    {
        using var folder = new ConfigFolder();
        folder.Write("conductor.yaml", "{}");
        folder.Write("tenants.yaml", $"tenants: {{ acme: {{ {entry} }} }}");

        var load = folder.Load();

        Assert.Equal(path, Assert.Single(load.Problems).Path);
    }
}
