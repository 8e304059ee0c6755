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
}
