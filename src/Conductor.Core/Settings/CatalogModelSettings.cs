namespace Conductor.Settings;

/// <summary>One entry of `catalog:` in `models.yaml`.</summary>
public sealed record CatalogModelSettings
{
    /// <summary>One of a provider's <see cref="ProviderSettings.CatalogNames"/>.</summary>
    public required string Provider { get; init; }

    public required string Model { get; init; }

    public string? DisplayName { get; init; }

    public string? Tier { get; init; }

    public int? Context { get; init; }

    public int? MaxOutput { get; init; }

    /// <summary>The longest answer of a call that names no limit and is under a hard budget, in tokens; null = as the settings say.</summary>
    public int? DefaultMaxOutputTokens { get; init; }

    /// <summary>Length of an embedding; null = unknown or no embedding model.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Its prices, one for each time in which one is in force; none = unknown.</summary>
    public IReadOnlyList<PriceSettings> UsdPerMillion { get; init; } = [];

    /// <summary>`tools`, `vision`, `json_schema`, `reasoning`, `embeddings`.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public double? QualityScore { get; init; }

    public bool Enabled { get; init; } = true;
}
