using System.Collections.ObjectModel;

namespace Conductor.Settings;

/// <summary>One entry of `tenants:`</summary>
public sealed record TenantSettings
{
    /// <summary>Aliases and models that the tenant may use, with `*` at the end as wildcard; empty = all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>What all its keys together may take in a time.</summary>
    public RateLimitSettings Limits { get; init; } = RateLimitSettings.None;

    /// <summary>Calls at work at once; null = only the host's own limit.</summary>
    public int? Concurrency
    {
        get => Limits.Concurrency;
        init => Limits = Limits with { Concurrency = value };
    }

    /// <summary>What it may spend, all its keys together; empty = as much as it likes.</summary>
    public IReadOnlyList<BudgetSettings> Budgets { get; init; } = [];

    /// <summary>What becomes of personal data.</summary>
    public PrivacySettings Privacy { get; init; } = PrivacySettings.None;

    /// <summary>Who serves an operation when its caller names no model, by `chat`, `embeddings` or the operation's name.</summary>
    public IReadOnlyDictionary<string, ModelPreferenceSettings> Preferences { get; init; } = ReadOnlyDictionary<string, ModelPreferenceSettings>.Empty;

    /// <summary>What it hopes for; null = nothing in particular.</summary>
    public PerformanceTargetSettings? PerformanceTargets { get; init; }

    /// <summary>Configured providers that a call without a model goes on to, in this order, after the fallbacks of its preference.</summary>
    public IReadOnlyList<string> FallbackChain { get; init; } = [];

    /// <summary>Models that exist for this tenant alone.</summary>
    public IReadOnlyList<CustomModelSettings> CustomModels { get; init; } = [];
}
