using Conductor.Configuration;
using Conductor.Host.Cli;
using Conductor.Settings;

namespace Conductor.Host.Composition;

/// <summary>The configuration as it was at the start, and where it came from.</summary>
internal sealed class LaunchSettings
{
    private LaunchSettings(SettingsSource source, SettingsLoad load, bool isInsecureListen)
    {
        Source = source;
        Load = load;
        IsInsecureListen = isInsecureListen;
        Current = WithCommandLine(load.Required);
    }

    public SettingsSource Source { get; }

    public SettingsLoad Load { get; }

    public bool IsInsecureListen { get; }

    public ConductorSettings Current { get; }

    public static SettingsSource SourceOf(LaunchOptions options) =>
        SettingsSource.FromProcess(FullPath(options.ConfigPath), ContentRoot.Find(AppContext.BaseDirectory)) with
        {
            Listen = options.Listen,
            Data = FullPath(options.DataFolder),
            Plugins = FullPath(options.PluginFolder),
            Operations = FullPath(options.OperationFolder),
        };

    /// <exception cref="CliException">The configuration is wrong: every mistake, one per line.</exception>
    public static LaunchSettings Open(LaunchOptions options) => Open(SourceOf(options), options.InsecureListen);

    /// <exception cref="CliException">The configuration is wrong: every mistake, one per line.</exception>
    public static LaunchSettings Open(SettingsSource source, bool isInsecureListen)
    {
        var load = SettingsLoader.Load(source);
        return load.Settings is null
            ? throw new CliException(ExitCodes.Usage, [.. load.Problems.Select(problem => problem.ToString())])
            : new LaunchSettings(source, load, isInsecureListen);
    }

    /// <summary>The configuration with the command line's word over it.</summary>
    public ConductorSettings WithCommandLine(ConductorSettings settings) =>
        IsInsecureListen ? settings with { Server = settings.Server with { InsecureListen = true } } : settings;

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);
}
