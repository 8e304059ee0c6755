using Conductor.Access;

namespace Conductor.Settings;

/// <summary>A caller's key.</summary>
public sealed record CallerKeySettings
{
    public required string Tenant { get; init; }

    /// <summary>What logs and the ledger call it.</summary>
    public required string Name { get; init; }

    /// <summary>What its holder may do. A file that names none means <see cref="AccessRole.Admin"/> for the tenants `default` and `admin`, else <see cref="AccessRole.Tenant"/>.</summary>
    public AccessRole Role { get; init; } = AccessRole.Tenant;

    /// <summary>SHA-256 of the key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>From then on the key is refused; null = never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What it may spend; empty = as much as its tenant.</summary>
    public IReadOnlyList<BudgetSettings> Budgets { get; init; } = [];

    /// <summary>What it may take in a time; its tenant's limits hold besides.</summary>
    public RateLimitSettings Limits { get; init; } = RateLimitSettings.None;
}
