namespace Conductor.Settings;

/// <summary>One target of an alias.</summary>
public sealed record AliasTargetSettings
{
    /// <summary>provider/model, an alias, or provider/* to pass the name on.</summary>
    public required string Model { get; init; }

    public double Weight { get; init; } = 1;
}
