using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>Everything that can be called, at one moment. Immutable; swapped whole.</summary>
public sealed class CatalogSnapshot
{
    public static CatalogSnapshot Empty { get; } = new();

    public ConductorSettings Settings { get; init; } = new();

    /// <summary>Live providers by configured name, in the configuration's order.</summary>
    public IReadOnlyDictionary<string, ProviderEntry> Providers { get; init; } = new Dictionary<string, ProviderEntry>();

    /// <summary>Live operations by name.</summary>
    public IReadOnlyDictionary<string, OperationEntry> Operations { get; init; } = new Dictionary<string, OperationEntry>();

    /// <summary>What prompts' templates may call: Conductor's own functions, and those of the live plugins.</summary>
    public Prompts.PromptFunctions Functions { get; init; } = Prompts.PromptFunctions.Default;

    /// <summary>Prices by target.</summary>
    public Costing.PriceCatalog Prices { get; init; } = Costing.PriceCatalog.Empty;
}
