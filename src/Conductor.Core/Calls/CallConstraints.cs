using Conductor.Money;

namespace Conductor.Calls;

/// <summary>What a caller demands of the target.</summary>
public sealed record CallConstraints
{
    public static CallConstraints None { get; } = new();

    /// <summary>Targets whose recent latency is above this are tried last.</summary>
    public TimeSpan? MaxLatency { get; init; }

    /// <summary>Targets whose estimated cost is above this, or unknown, are left out.</summary>
    public NanoUsd? MaxCost { get; init; }

    /// <summary>Targets whose quality is below this, or unknown, are left out. 0 to 1.</summary>
    public double? RequiredQualityScore { get; init; }

    /// <summary>Tried first, in this order.</summary>
    public IReadOnlyList<string> PreferredProviders { get; init; } = [];

    /// <summary>Left out.</summary>
    public IReadOnlyList<string> ExcludedProviders { get; init; } = [];

    /// <summary>The only provider that may serve; null = any.</summary>
    public string? ForcedProvider { get; init; }
}
