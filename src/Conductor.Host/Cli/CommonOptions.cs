using System.CommandLine;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli;

/// <summary>Options that every verb takes.</summary>
internal static class CommonOptions
{
    public static Option<string?> Config { get; } = new("--config", "-c")
    {
        Description = "The configuration file; without it CONDUCTOR_CONFIG, then config/conductor.yaml, then the environment alone.",
        HelpName = "PATH",
        Recursive = true,
    };

    public static Option<string?> Data { get; } = new("--data") { Description = "The data folder: ledger, plugin caches.", HelpName = "DIR", Recursive = true };

    public static Option<string?> Plugins { get; } = new("--plugins") { Description = "The folder of provider plugins.", HelpName = "DIR", Recursive = true };

    public static Option<string?> Operations { get; } = new("--operations") { Description = "The folder of operation plugins.", HelpName = "DIR", Recursive = true };

    public static IReadOnlyList<Option> All { get; } = [Config, Data, Plugins, Operations];

    /// <summary>What the command line gave.</summary>
    public static LaunchOptions Read(ParseResult parsed) => new()
    {
        ConfigPath = parsed.GetValue(Config),
        DataFolder = parsed.GetValue(Data),
        PluginFolder = parsed.GetValue(Plugins),
        OperationFolder = parsed.GetValue(Operations),
    };

    /// <summary>A verb that prints data takes its own `--json`.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
