namespace Conductor.Settings;

/// <summary>A tenant's `performance_targets`: what it hopes for. Targets that miss them are tried later, never refused.</summary>
public sealed record PerformanceTargetSettings
{
    /// <summary>Held against the moving mean of a provider's recent calls, about the last twenty.</summary>
    public TimeSpan MaxLatencyP50 { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Kept; routing has no such figure yet.</summary>
    public TimeSpan MaxLatencyP95 { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Kept; routing has no such figure yet.</summary>
    public TimeSpan MaxLatencyP99 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>0 to 1; a model whose quality nobody has said misses nothing.</summary>
    public double MinQualityScore { get; init; } = 0.8;

    /// <summary>0 to 1, of a provider's recent calls.</summary>
    public double MaxErrorRate { get; init; } = 0.01;
}
