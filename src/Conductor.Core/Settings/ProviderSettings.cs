using Conductor.Configuration;
using Conductor.Security;
using Microsoft.Extensions.Configuration;

namespace Conductor.Settings;

/// <summary>One entry of `providers:`</summary>
public sealed record ProviderSettings
{
    /// <summary>The plugin's id.</summary>
    public required string Plugin { get; init; }

    /// <summary>Off when false, or when <see cref="DisabledReason"/> says why.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Why the provider is off without being an error, for example `no key`; null when it is on.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>True for `price: free`, and, unless `price: catalog` says otherwise, for targets that are free by declaration: embedded, Ollama, a loopback address.</summary>
    public bool IsFree { get; init; }

    /// <summary>What the catalogue's prices are multiplied by for this provider: a discount below 1, a surcharge above.</summary>
    public decimal PriceMultiplier { get; init; } = 1;

    /// <summary>Models to offer besides those it lists itself; `*` = any name is passed on.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>The keys that resolved to a value, with their shares and limits.</summary>
    public IReadOnlyList<ProviderKeySettings> KeySettings { get; init; } = [];

    /// <summary>The keys alone.</summary>
    public IReadOnlyList<Secret> Keys
    {
        get => [.. KeySettings.Select(key => key.Value)];
        init => KeySettings = [.. value.Select(key => new ProviderKeySettings(key))];
    }

    /// <summary>Everything below the provider's name that is the plugin's own, for its container.</summary>
    public required IConfiguration Section { get; init; }

    /// <summary>The names under which `catalog:` may list this provider's models, best first: its own name, its plugin's id, the kind of service that it is.</summary>
    public IReadOnlyList<string> CatalogNames { get; init; } = [];

    /// <summary>A digest of the whole entry, secrets included: two entries that are the same have the same fingerprint.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>The settings of a plugin that the configuration does not mention: none, under its own name.</summary>
    /// <param name="plugin">The plugin's id.</param>
    public static ProviderSettings Without(string plugin) => new()
    {
        Plugin = plugin,
        IsFree = CatalogKinds.IsFree(plugin),
        Section = SectionBuilder.Build(null),
        CatalogNames = CatalogKinds.Of(plugin, plugin, null),
        Fingerprint = SectionBuilder.Fingerprint(null),
    };
}
