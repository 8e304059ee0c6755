namespace Conductor.Settings;

/// <summary>`storage:`</summary>
public sealed record StorageSettings
{
    /// <summary>The data folder, absolute.</summary>
    public string Path { get; init; } = "";

    /// <summary>`storage.responses`</summary>
    public ResponsesSettings Responses { get; init; } = new();
}
