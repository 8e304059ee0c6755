using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Core.Tests.Configuration;

/// <summary>A tenant as it is written: preferences, cost limits, targets, chain and models of its own.</summary>
public sealed class TenantSettingsTests : IDisposable
{
    private const string Providers = """
        providers:
          one: { plugin: openai-compatible, base_url: "http://127.0.0.1:1/v1" }
          two: { plugin: openai-compatible, base_url: "http://127.0.0.1:2/v1" }
        """;

    private readonly ConfigFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_WholeTenant_IsRead()
    {
        var tenant = Load("""
            tenants:
              acme:
                tenant_id: acme
                model_preferences:
                  summarization: { primary_provider: one, primary_model: m, fallback_providers: [ two ], routing_strategy: cost_optimized, cache_responses: false, cache_ttl_seconds: 60 }
                  chat: { primary_provider: two, primary_model: n }
                cost_limits: { daily_limit_cents: 500, monthly_limit_cents: 10000, per_request_limit_cents: 0.25, alert_threshold_percentage: 50 }
                performance_targets: { max_latency_p50_ms: 800, min_quality_score: 0.6 }
                fallback_chain: [ two, one ]
                custom_models:
                  - { provider: one, model_name: tuned, cost_per_1k_input_tokens: 0.001, cost_per_1k_output_tokens: 0.002, average_latency_ms: 300, quality_score: 0.9, capabilities: [ summarization ], default_temperature: 0.2, rate_limit_rpm: 5 }
                ab_testing_enabled: false
            """);

        var preference = tenant.Preferences["summarization"];
        Assert.Equal(("one", "m", "cost_optimized", false, TimeSpan.FromMinutes(1)), (preference.PrimaryProvider, preference.PrimaryModel, preference.RoutingStrategy, preference.CacheResponses, preference.CacheTtl));
        Assert.Equal(["two"], preference.FallbackProviders);
        Assert.Equal(("balanced", true, TimeSpan.FromHours(1)), (tenant.Preferences["chat"].RoutingStrategy, tenant.Preferences["chat"].CacheResponses, tenant.Preferences["chat"].CacheTtl));
        Assert.Equal(
            [(BudgetPeriod.Day, 5m, 50m), (BudgetPeriod.Month, 100m, 50m), (BudgetPeriod.Request, 0.0025m, 50m)],
            tenant.Budgets.Select(budget => (budget.Per, (decimal)budget.Limit.Value / 1_000_000_000m, budget.AlertPercent)));
        Assert.All(tenant.Budgets, budget => Assert.Equal(BudgetMode.Hard, budget.Mode));
        Assert.Equal((TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(3), 0.6, 0.01), (tenant.PerformanceTargets!.MaxLatencyP50, tenant.PerformanceTargets.MaxLatencyP95, tenant.PerformanceTargets.MinQualityScore, tenant.PerformanceTargets.MaxErrorRate));
        Assert.Equal(["two", "one"], tenant.FallbackChain);
        Assert.Equal(("one/tuned", 1m, 2m, TimeSpan.FromMilliseconds(300), 0.9), (
            tenant.CustomModels[0].Id, tenant.CustomModels[0].UsdPerMillionInput, tenant.CustomModels[0].UsdPerMillionOutput, tenant.CustomModels[0].AverageLatency, tenant.CustomModels[0].QualityScore));
    }

    [Fact]
    public void Load_BothSpellingsOfOneBudget_AreOne()
    {
        var tenant = Load("tenants: { acme: { budget: { usd: 5, per: day }, cost_limits: { daily_limit_cents: 500 } } }");

        Assert.Equal(NanoUsd.FromUsd(5), Assert.Single(tenant.Budgets).Limit);
    }

    [Theory]
    [InlineData("budget: { usd: 5, per: day }, cost_limits: { daily_limit_cents: 400 }", "cost_limits.daily_limit_cents", "keep one")]
    [InlineData("limits: { usd_per_day: 5 }, cost_limits: { daily_limit_cents: 400 }", "cost_limits.daily_limit_cents", "keep one")]
    [InlineData("cost_limits: { alert_threshold_percentage: 101 }", "cost_limits.alert_threshold_percentage", "at most 100")]
    [InlineData("ab_testing_enabled: true", "ab_testing_enabled", "nothing acts on it yet")]
    [InlineData("tenant_id: other", "tenant_id", "must be the tenant's name here, 'acme'")]
    [InlineData("fallback_chain: [ tow ]", "fallback_chain[0]", "nearest: 'two'")]
    [InlineData("model_preferences: { chat: { primary_provider: tow, primary_model: m } }", "model_preferences.chat.primary_provider", "nearest: 'two'")]
    [InlineData("model_preferences: { chat: { primary_provider: two } }", "model_preferences.chat.primary_model", "is required")]
    [InlineData("model_preferences: { chat: { primary_provider: two, primary_model: m, routing_strategy: balancd } }", "model_preferences.chat.routing_strategy", "nearest: 'balanced'")]
    [InlineData("model_preferences: { chat: { primary_provider: two, primary_model: m, cache_ttl_seconds: 0 } }", "model_preferences.chat.cache_ttl_seconds", "at least 1")]
    [InlineData("performance_targets: { min_quality_score: 2 }", "performance_targets.min_quality_score", "at most 1")]
    [InlineData("custom_models: [ { provider: one, model_name: x, cost_per_1k_input_tokens: 1, cost_per_1k_output_tokens: 1, api_key_ref: k } ]", "custom_models[0].api_key_ref", "its provider's")]
    [InlineData("custom_models: [ { provider: one, model_name: x, cost_per_1k_input_tokens: 1, cost_per_1k_output_tokens: 1, endpoint_override: \"http://10.0.0.1\" } ]", "custom_models[0].endpoint_override", "its provider's")]
    [InlineData("custom_models: [ { provider: one, model_name: x, cost_per_1k_input_tokens: 1, cost_per_1k_output_tokens: 1 }, { provider: one, model_name: x, cost_per_1k_input_tokens: 1, cost_per_1k_output_tokens: 1 } ]", "custom_models[1]", "listed twice")]
    public void Load_Mistake_IsToldAtItsPlace(string tenant, string path, string message)
    {
        var load = _folder.Write("conductor.yaml", Providers).Write("tenants.yaml", $"tenants: {{ acme: {{ {tenant} }} }}").Load();

        var problem = Assert.Single(load.Problems);
        Assert.Equal($"tenants.acme.{path}", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OneModelWithTwoPrices_IsAMistake()
    {
        var load = _folder.Write("conductor.yaml", Providers).Write("tenants.yaml", """
            tenants:
              acme: { custom_models: [ { provider: one, model_name: x, cost_per_1k_input_tokens: 1, cost_per_1k_output_tokens: 1 } ] }
              globex: { custom_models: [ { provider: one, model_name: x, cost_per_1k_input_tokens: 2, cost_per_1k_output_tokens: 1 } ] }
            """).Load();

        Assert.Contains("another price at tenant 'acme'", Assert.Single(load.Problems).Message, StringComparison.Ordinal);
    }

    private TenantSettings Load(string tenants) => _folder.Write("conductor.yaml", Providers).Write("tenants.yaml", tenants).Load().Required.Tenants["acme"];
}
