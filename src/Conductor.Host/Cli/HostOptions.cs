using System.CommandLine;

namespace Conductor.Host.Cli;

/// <summary>What the command line says over the configuration; null = nothing.</summary>
internal sealed record HostOptions
{
    public string? ConfigPath { get; init; }

    public string? DataFolder { get; init; }

    public string? PluginFolder { get; init; }

    public string? OperationFolder { get; init; }

    public string? Listen { get; init; }

    public bool InsecureListen { get; init; }

    public static HostOptions From(ParseResult parsed) => new()
    {
        ConfigPath = parsed.GetValue(CommonOptions.Config),
        DataFolder = parsed.GetValue(CommonOptions.Data),
        PluginFolder = parsed.GetValue(CommonOptions.Plugins),
        OperationFolder = parsed.GetValue(CommonOptions.Operations),
    };
}
