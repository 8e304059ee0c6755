using System.Collections.ObjectModel;
using System.Net;
using Conductor.Access;

namespace Conductor.Settings;

/// <summary>A caller's key.</summary>
public sealed record CallerKeySettings
{
    public required string Tenant { get; init; }

    /// <summary>What logs and the ledger call it.</summary>
    public required string Name { get; init; }

    /// <summary>The eight characters by which a key of Conductor's own making is found; null for a key that somebody brought.</summary>
    public string? Id { get; init; }

    /// <summary>What its holder may do. A file that names none means <see cref="AccessRole.Admin"/> for the tenants `default` and `admin`, else <see cref="AccessRole.Tenant"/>.</summary>
    public AccessRole Role { get; init; } = AccessRole.Tenant;

    /// <summary>Of the whole key, 32 bytes: its HMAC-SHA256 where <see cref="IsPeppered"/>, else its SHA-256.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>True for keys that Conductor made: they are hashed with <see cref="ConductorSettings.KeyPepper"/>.</summary>
    public bool IsPeppered { get; init; }

    /// <summary>The secret before the last rotation; null without one.</summary>
    public PreviousSecretSettings? Previous { get; init; }

    /// <summary>From then on the key is refused; null = never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>False: the key is refused.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Aliases and models that it may use, with `*` at the end as wildcard; empty = all of its tenant's. What its tenant may not use it may not either.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>What it may be used for, by the names of <see cref="AccessRoutes"/>; empty = all that its role may.</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];

    /// <summary>The longest answer, in tokens; null = no limit of its own.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Where calls may come from; empty = anywhere.</summary>
    public IReadOnlyList<IPNetwork> Addresses { get; init; } = [];

    /// <summary>Put into the log line of each of its calls; they win over the caller's own of the same name.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What it may spend; empty = as much as its tenant.</summary>
    public IReadOnlyList<BudgetSettings> Budgets { get; init; } = [];

    /// <summary>What it may take in a time; its tenant's limits hold besides.</summary>
    public RateLimitSettings Limits { get; init; } = RateLimitSettings.None;

    /// <summary>Its place in `keys` of `tenants.yaml`, from 0; null where it stands elsewhere.</summary>
    public int? Place { get; init; }

    /// <summary>What becomes of personal data.</summary>
    public PrivacySettings Privacy { get; init; } = PrivacySettings.None;
}
