using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Configuration;

/// <summary>Settings that follow their files. Only a load without problems replaces the settings in force; a bad edit is told and keeps the last good ones.</summary>
/// <remarks>
/// Files are watched where the system can, and looked at every <see cref="PollInterval"/> in any case: mounted and network folders often report nothing. What is compared
/// is their content, so that a file that was only touched changes nothing.
/// </remarks>
public sealed class SettingsWatcher : ISettings, IDisposable
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long files must be quiet after a change: editors write in several steps.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(250);

    private readonly SettingsSource _source;
    private readonly HashSet<string> _needed;
    private readonly ILogger<SettingsWatcher> _logger;
    private readonly Lock _gate = new();
    private readonly Lock _telling = new();
    private readonly ITimer _poll;
    private readonly ITimer _quiet;
    private readonly List<FileSystemWatcher> _watchers = [];
    private volatile ConductorSettings _current;
    private volatile IReadOnlyList<SettingsProblem> _lastProblems = [];
    private volatile IReadOnlyList<string> _notes;
    private readonly IReadOnlyList<string> _files;
    private string _seen;
    private volatile string _digest;
    private bool _disposed;

    /// <summary>Starts to watch.</summary>
    /// <param name="source">What <paramref name="first"/> was loaded from.</param>
    /// <param name="first">A load that succeeded.</param>
    /// <param name="time">Drives polling and the quiet time.</param>
    /// <param name="logger">Told of every reload, every problem and every note.</param>
    /// <exception cref="SettingsException"><paramref name="first"/> has problems.</exception>
    public SettingsWatcher(SettingsSource source, SettingsLoad first, TimeProvider time, ILogger<SettingsWatcher> logger)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(time);
        _current = first.Required;
        _notes = first.Notes;
        _source = first.Files.Count > 0 ? source with { ConfigPath = first.Files[0] } : source;
        _needed = [.. first.Files.Where(File.Exists)];
        _logger = logger;
        _files = first.Files;
        _digest = _seen = first.Digest ?? FilesDigest.Of(_files);
        _quiet = time.CreateTimer(_ => Poll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll = time.CreateTimer(_ => Poll(), null, _files.Count > 0 ? PollInterval : Timeout.InfiniteTimeSpan, PollInterval);
        Watch();
        Note(_notes);
    }

    /// <inheritdoc/>
    public event Action<ConductorSettings>? Changed;

    /// <summary>Raised after a load whose problems keep the settings as they are.</summary>
    public event Action<SettingsLoad>? Refused;

    /// <inheritdoc/>
    public ConductorSettings Current => _current;

    /// <summary>SHA-256 of the files that <see cref="Current"/> was loaded from, all of them together: 64 hexadecimal digits.</summary>
    public string Digest => _digest;

    /// <summary>What is wrong with the files as they are now; empty when <see cref="Current"/> is what they say.</summary>
    public IReadOnlyList<SettingsProblem> LastProblems => _lastProblems;

    /// <summary>Notes of the last load that succeeded.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Loads again when the files' content has changed since the last look.</summary>
    /// <returns>True when the files were loaded, with or without success.</returns>
    internal bool Poll() => Load(force: false) is not null;

    /// <summary>Loads now, changed or not.</summary>
    /// <returns>What came of it; its problems, if any, are also <see cref="LastProblems"/>.</returns>
    /// <exception cref="ObjectDisposedException">The watcher is disposed of.</exception>
    public SettingsLoad Reload()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Load(force: true)!;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _poll.Dispose();
        _quiet.Dispose();
        _watchers.ForEach(watcher => watcher.Dispose());
    }

    private SettingsLoad? Load(bool force)
    {
        SettingsLoad load;
        lock (_gate)
        {
            if (_disposed && !force)
            {
                return null;
            }

            var digest = FilesDigest.Of(_files);
            if (digest == _seen && !force)
            {
                return null;
            }

            load = Vanished() ?? SettingsLoader.Load(_source);
            _seen = digest;
            _lastProblems = load.Problems;
            if (load.Settings is not { } settings)
            {
                SettingsLog.Refused(_logger, load.Problems.Count);
                foreach (var problem in load.Problems)
                {
                    SettingsLog.Problem(_logger, problem);
                }

            }
            else
            {
                Tell(_current, settings);
                _current = settings;
                _digest = load.Digest ?? digest;
                _notes = load.Notes;
                _needed.UnionWith(load.Files.Where(File.Exists));
                SettingsLog.Reloaded(_logger, settings.Providers.Count, settings.Aliases.Count, settings.Keys.Count);
                Note(load.Notes);
            }
        }

        // Outside the lock: a listener may ask for settings, or load again.
        if (load.Settings is null)
        {
            Refused?.Invoke(load);
        }
        else
        {
            Raise();
        }

        return load;
    }

    // A file that was there may hold the callers' keys: without it everybody would be let in.
    private SettingsLoad? Vanished()
    {
        var gone = _needed.Where(file => !File.Exists(file)).Select(file => new SettingsProblem(file, null, "", "has vanished; put it back, or start again without it")).ToList();
        return gone.Count == 0 ? null : new SettingsLoad(null, gone, [], _files);
    }

    private void Raise()
    {
        // One at a time and always what is in force now: of two reloads in a row nobody may be left with the older.
        lock (_telling)
        {
            var settings = _current;
            foreach (var listener in Changed?.GetInvocationList() ?? [])
            {
                try
                {
                    ((Action<ConductorSettings>)listener)(settings);
                }
#pragma warning disable CA1031 // boundary: one listener's failure must not keep the settings from the others, nor end the timer's thread
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    SettingsLog.ListenerFailed(_logger, failure);
                }
            }
        }
    }

    private void Note(IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            SettingsLog.Note(_logger, note);
        }
    }

    // Sockets, the database and loaded plugins do not move while the program runs.
    private void Tell(ConductorSettings before, ConductorSettings after)
    {
        (string Name, bool Differs)[] fixedOnes =
        [
            ("server.listen", before.Server.Listen != after.Server.Listen),
            ("server.tls", before.Server.Tls != after.Server.Tls),
            ("storage.path", before.Storage.Path != after.Storage.Path),
            ("storage.slots", before.Storage.Slots != after.Storage.Slots),
            ("server.header_timeout", before.Server.HeaderTimeout != after.Server.HeaderTimeout),
            ("server.stall_timeout", before.Server.StallTimeout != after.Server.StallTimeout),
            ("storage.durability", before.Storage.Durability != after.Storage.Durability),
            ("plugins.path", before.Plugins.Path != after.Plugins.Path),
            ("plugins.operations", before.Plugins.Operations != after.Plugins.Operations),
            ("plugins.watch", before.Plugins.Watch != after.Plugins.Watch),
            ("telemetry.otlp", before.Telemetry.Otlp != after.Telemetry.Otlp),
        ];
        foreach (var (name, _) in fixedOnes.Where(setting => setting.Differs))
        {
            SettingsLog.NeedsRestart(_logger, name);
        }
    }

    private void Watch()
    {
        foreach (var folder in _files.Select(file => Path.GetDirectoryName(file)!).Distinct())
        {
            try
            {
                var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.CreationTime };
                _watchers.Add(watcher);
                watcher.Changed += Stir;
                watcher.Created += Stir;
                watcher.Deleted += Stir;
                watcher.Renamed += Stir;
                watcher.EnableRaisingEvents = true;
            }
            catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                SettingsLog.CannotWatch(_logger, folder, failure.Message);
            }
        }
    }

    private void Stir(object sender, FileSystemEventArgs change) => _quiet.Change(QuietTime, Timeout.InfiniteTimeSpan);
}
