namespace Conductor.Settings;

/// <summary>`defaults:`</summary>
public sealed record DefaultsSettings
{
    /// <summary>The model of a request that names none: `auto`, an alias or provider/model.</summary>
    public string Model { get; init; } = "auto";

    /// <summary>The strategy of `auto`: `balanced`, `cost_optimized`, `performance_optimized`, `ordered` or `weighted`.</summary>
    public string Strategy { get; init; } = "balanced";

    /// <summary>Providers that may serve anybody; empty = all.</summary>
    public IReadOnlyList<string> AllowedProviders { get; init; } = [];

    /// <summary>Models that may be used, with `*` at the end as wildcard; empty = all.</summary>
    public IReadOnlyList<string> AllowedModels { get; init; } = [];
}
