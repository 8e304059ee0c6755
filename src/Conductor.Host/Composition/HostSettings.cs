using Conductor.Configuration;
using Conductor.Host.Cli;
using Conductor.Settings;

namespace Conductor.Host.Composition;

/// <summary>The settings in force: the configuration, followed as it changes, with the command line laid over it.</summary>
internal sealed class HostSettings : ISettings, IDisposable
{
    private readonly SettingsWatcher _watcher;
    private readonly bool _isInsecureListen;
    private volatile ConductorSettings _current;

    private HostSettings(SettingsWatcher watcher, bool isInsecureListen)
    {
        _watcher = watcher;
        _isInsecureListen = isInsecureListen;
        _current = WithCommandLine(watcher.Current);
        _watcher.Changed += OnChanged;
    }

    public event Action<ConductorSettings>? Changed;

    public ConductorSettings Current => _current;

    /// <summary>Why the files on disk are not what is in force; empty when they are.</summary>
    public IReadOnlyList<string> Problems => [.. _watcher.Problems.Select(problem => problem.ToString())];

    public static SettingsSource SourceOf(LaunchOptions options) =>
        SettingsSource.FromProcess(FullPath(options.ConfigPath), ContentRoot.Find(AppContext.BaseDirectory)) with
        {
            Listen = options.Listen,
            Data = FullPath(options.DataFolder),
            Plugins = FullPath(options.PluginFolder),
            Operations = FullPath(options.OperationFolder),
        };

    /// <exception cref="CliException">The configuration is wrong: every mistake, one per line.</exception>
    public static HostSettings Open(LaunchOptions options) => Open(SourceOf(options), options.InsecureListen);

    /// <exception cref="CliException">The configuration is wrong: every mistake, one per line.</exception>
    public static HostSettings Open(SettingsSource source, bool isInsecureListen)
    {
        var load = SettingsLoader.Load(source);
        if (load.Settings is null)
        {
            throw new CliException(ExitCodes.Usage, [.. load.Problems.Select(problem => problem.ToString())]);
        }

        return new HostSettings(new SettingsWatcher(source), isInsecureListen);
    }

    public void Dispose()
    {
        _watcher.Changed -= OnChanged;
        _watcher.Dispose();
    }

    private static string? FullPath(string? path) => path is null ? null : Path.GetFullPath(path);

    private void OnChanged(ConductorSettings settings)
    {
        _current = WithCommandLine(settings);
        Changed?.Invoke(_current);
    }

    private ConductorSettings WithCommandLine(ConductorSettings settings) =>
        _isInsecureListen ? settings with { Server = settings.Server with { InsecureListen = true } } : settings;
}
