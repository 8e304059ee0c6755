namespace Conductor.Settings;

/// <summary>`storage:`</summary>
public sealed record StorageSettings
{
    /// <summary>The data folder, absolute.</summary>
    public string Path { get; init; } = "";
}
