using Conductor.Configuration;
using Conductor.Host.Redaction;
using Conductor.Settings;

namespace Conductor.Host.Composition;

/// <summary>The settings in force: the configuration, followed as it changes, with the command line laid over it.</summary>
internal sealed class HostSettings : ISettings, IDisposable
{
    private readonly LaunchSettings _launch;
    private readonly SettingsWatcher _watcher;
    private readonly SecretRedactor _redactor;
    private volatile ConductorSettings _current;

    public HostSettings(LaunchSettings launch, TimeProvider time, SecretRedactor redactor, ILogger<SettingsWatcher> logger)
    {
        _launch = launch;
        _redactor = redactor;
        _watcher = new SettingsWatcher(launch.Source, launch.Load, time, logger);
        _current = launch.WithCommandLine(_watcher.Current);
        _watcher.Changed += OnChanged;
        _watcher.Refused += OnRefused;
    }

    public event Action<ConductorSettings>? Changed;

    /// <summary>Raised after a load whose mistakes keep the settings as they are.</summary>
    public event Action<SettingsLoad>? Refused;

    public ConductorSettings Current => _current;

    /// <summary>SHA-256 of the files that are in force, 64 hexadecimal digits.</summary>
    public string Digest => _watcher.Digest;

    /// <summary>What is wrong with the files as they are now; empty when they are what is in force.</summary>
    public IReadOnlyList<SettingsProblem> Problems => _watcher.LastProblems;

    /// <summary>What is no mistake in what is in force, and worth saying.</summary>
    public IReadOnlyList<string> Notes => _watcher.Notes;

    /// <summary>Looks at the files now.</summary>
    public SettingsLoad Reload() => _watcher.Reload();

    public void Dispose()
    {
        _watcher.Changed -= OnChanged;
        _watcher.Refused -= OnRefused;
        _watcher.Dispose();
    }

    private void OnChanged(ConductorSettings settings)
    {
        _redactor.Know(settings); // before anything that uses them can speak of them
        _current = _launch.WithCommandLine(settings);
        Changed?.Invoke(_current);
    }
    private void OnRefused(SettingsLoad load) => Refused?.Invoke(load);
}
