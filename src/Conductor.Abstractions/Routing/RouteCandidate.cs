using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Routing;

/// <summary>A target that may serve a call.</summary>
public sealed record RouteCandidate
{
    /// <summary>The provider's configured name.</summary>
    public required string Provider { get; init; }

    /// <summary>The model, with the name that goes out to the provider.</summary>
    public required ModelDescriptor Model { get; init; }

    /// <summary>The weight that the alias gives it; 1 where it gives none.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What the call is expected to cost there; null where the price is unknown.</summary>
    public NanoUsd? EstimatedCost { get; init; }

    /// <summary>Mean time to the answer over the recent calls; null before the first.</summary>
    public TimeSpan? RecentLatency { get; init; }

    /// <summary>Share of the recent calls that succeeded, 0 to 1; null before the first.</summary>
    public double? RecentSuccessRate { get; init; }
}
