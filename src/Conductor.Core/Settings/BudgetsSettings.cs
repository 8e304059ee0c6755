namespace Conductor.Settings;

/// <summary>`budgets:` in `conductor.yaml`. Those of tenants and keys stand in `tenants.yaml`, those of operations with the operation.</summary>
public sealed record BudgetsSettings
{
    /// <summary>What all calls together may spend; empty = no limit.</summary>
    public IReadOnlyList<BudgetSettings> Global { get; init; } = [];

    /// <summary>Where alerts are posted as JSON; null = nowhere but the log and the metrics.</summary>
    public Uri? AlertWebhook { get; init; }
}
