using System.Globalization;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads one entry of `tenants:`</summary>
internal static class TenantMapper
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static TenantSettings Read(string name, SettingsReader tenant)
    {
        if (tenant.Text("tenant_id") is { } id && id != name)
        {
            tenant.Document.Problem(tenant.PathOf("tenant_id"), $"must be the tenant's name here, '{name}'; it may be left out");
        }

        if (tenant.Flag("ab_testing_enabled", false))
        {
            tenant.Document.Problem(tenant.PathOf("ab_testing_enabled"), "nothing acts on it yet; say false or leave it out. An alias with 'strategy: weighted' shares calls out between models");
        }

        var limits = tenant.Object("limits");
        var read = LimitsMapper.Read(limits);
        var budgets = LimitsMapper.Budgets(limits, read, BudgetsMapper.Read(tenant));
        return new TenantSettings
        {
            Models = tenant.Texts("models"),
            Limits = read,
            Budgets = CostLimits(tenant.Object("cost_limits"), budgets),
            Privacy = PrivacyMapper.Read(tenant),
            Preferences = Preferences(tenant.Object("model_preferences")),
            PerformanceTargets = Targets(tenant.Object("performance_targets")),
            FallbackChain = tenant.Texts("fallback_chain"),
            CustomModels = [.. tenant.Objects("custom_models").Select(CustomModel)],
        };
    }

    // Cents of a dollar, and the same budgets as `budget:` makes.
    private static List<BudgetSettings> CostLimits(SettingsReader limits, IReadOnlyList<BudgetSettings> budgets)
    {
        List<BudgetSettings> all = [.. budgets];
        var alert = limits.Decimal("alert_threshold_percentage") is { } percent ? Math.Max(percent, 0.01m) : 80;
        foreach (var (name, period) in ((string, BudgetPeriod)[])[("daily_limit_cents", BudgetPeriod.Day), ("monthly_limit_cents", BudgetPeriod.Month), ("per_request_limit_cents", BudgetPeriod.Request)])
        {
            if (limits.Decimal(name) is not { } cents)
            {
                continue;
            }

            if (cents is < 0.000_000_1m or > 100_000_000_000m)
            {
                limits.Document.Problem(limits.PathOf(name), "must be from a ten-millionth of a cent to a billion dollars");
                continue;
            }

            var budget = new BudgetSettings { Limit = NanoUsd.FromUsd(cents / 100), Per = period, AlertPercent = alert };
            if (all.Find(other => other.Per == period && other.Mode == BudgetMode.Hard) is not { } other)
            {
                all.Add(budget);
            }
            else if (other.Limit != budget.Limit)
            {
                limits.Document.Problem(limits.PathOf(name), string.Create(CultureInfo.InvariantCulture, $"is {budget.Limit} USD per {period.ToString().ToLowerInvariant()}, and 'budget' or 'limits' here says {other.Limit}; keep one"));
            }
        }

        return all;
    }

    private static Dictionary<string, ModelPreferenceSettings> Preferences(SettingsReader section)
    {
        var preferences = new Dictionary<string, ModelPreferenceSettings>(StringComparer.Ordinal);
        foreach (var (operation, entry) in section.Members())
        {
            preferences[operation] = new ModelPreferenceSettings
            {
                PrimaryProvider = entry.Text("primary_provider") ?? "",
                PrimaryModel = entry.Text("primary_model") ?? "",
                FallbackProviders = entry.Texts("fallback_providers"),
                RoutingStrategy = entry.Text("routing_strategy", "balanced"),
                CacheResponses = entry.Flag("cache_responses", true),
                CacheTtl = TimeSpan.FromSeconds(entry.Integer("cache_ttl_seconds") ?? 3600),
            };
        }

        return preferences;
    }

    private static PerformanceTargetSettings? Targets(SettingsReader section)
    {
        var standard = new PerformanceTargetSettings();
        return !section.IsObject ? null : new PerformanceTargetSettings
        {
            MaxLatencyP50 = Latency(section, "max_latency_p50_ms", standard.MaxLatencyP50),
            MaxLatencyP95 = Latency(section, "max_latency_p95_ms", standard.MaxLatencyP95),
            MaxLatencyP99 = Latency(section, "max_latency_p99_ms", standard.MaxLatencyP99),
            MinQualityScore = (double?)section.Decimal("min_quality_score") ?? standard.MinQualityScore,
            MaxErrorRate = (double?)section.Decimal("max_error_rate") ?? standard.MaxErrorRate,
        };
    }

    private static TimeSpan Latency(SettingsReader section, string name, TimeSpan standard) => section.Integer(name) is { } milliseconds ? milliseconds * Millisecond : standard;

    private static CustomModelSettings CustomModel(SettingsReader entry)
    {
        foreach (var name in (string[])["api_key_ref", "endpoint_override"])
        {
            if (entry.Has(name))
            {
                entry.Document.Problem(entry.PathOf(name), "a model's key and address are its provider's: make a provider of its own in conductor.yaml, with its 'keys' and 'base_url', and name it in 'provider' here");
            }
        }

        return new CustomModelSettings
        {
            Provider = entry.Text("provider") ?? "",
            Model = entry.Text("model_name") ?? "",
            UsdPerMillionInput = (entry.Decimal("cost_per_1k_input_tokens") ?? 0) * 1_000,
            UsdPerMillionOutput = (entry.Decimal("cost_per_1k_output_tokens") ?? 0) * 1_000,
            AverageLatency = entry.Integer("average_latency_ms") is { } milliseconds ? milliseconds * Millisecond : null,
            QualityScore = (double?)entry.Decimal("quality_score") ?? 0,
            Operations = entry.Texts("capabilities"),
            IsEnabled = entry.Flag("enabled", true),
        };
    }
}
