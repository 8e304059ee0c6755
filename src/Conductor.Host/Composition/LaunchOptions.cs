namespace Conductor.Host.Composition;

/// <summary>What the command line says over the configuration; null = nothing. Relative paths are the caller's: from the current directory.</summary>
internal sealed record LaunchOptions
{
    public string? ConfigPath { get; init; }

    public string? DataFolder { get; init; }

    public string? PluginFolder { get; init; }

    public string? OperationFolder { get; init; }

    public string? Listen { get; init; }

    public bool InsecureListen { get; init; }
}
