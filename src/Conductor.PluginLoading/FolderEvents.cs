using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

/// <summary>What the system tells of the plugin folders. It tells nothing of some network folders, and may stop at any time: this is haste, not truth.</summary>
internal sealed class FolderEvents(IReadOnlyList<(PluginKind Kind, string Folder)> folders, TimeProvider time, Action wake, ILogger logger) : IDisposable
{
    // Whoever ran out of inotify watches has none a moment later either.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    // A build writes thousands of files; past this many nobody asks which they were.
    private const int MaxStirred = 4_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _local = [.. folders.Select(room => room.Folder).Where(IsLocal)];
    private readonly Dictionary<string, FileSystemWatcher?> _watchers = new(StringComparer.Ordinal);
    private HashSet<string> _stirred = new(StringComparer.Ordinal);
    private long _lastTry;
    private bool _isDisposed;

    /// <summary>Whether the system can be trusted to report what happens in all of the folders: they lie on this machine's disks and are watched.</summary>
    public bool AreReliable
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count == folders.Count && _watchers.All(pair => pair.Value is not null && _local.Contains(pair.Key));
            }
        }
    }

    /// <summary>Watches every folder that is there and not watched; again a while after it failed.</summary>
    public void Watch()
    {
        lock (_gate)
        {
            if (_isDisposed || (_watchers.Count > 0 && (_watchers.Values.All(watcher => watcher is not null) || time.GetElapsedTime(_lastTry) < RetryAfter)))
            {
                return;
            }

            _lastTry = time.GetTimestamp();
            foreach (var (_, folder) in folders)
            {
                if (_watchers.GetValueOrDefault(folder) is null)
                {
                    _watchers[folder] = TryWatch(folder, isFirst: !_watchers.ContainsKey(folder));
                }
            }
        }
    }

    /// <summary>Full paths of the files that were written to since the last time it was asked.</summary>
    public IReadOnlySet<string> Drain()
    {
        lock (_gate)
        {
            var stirred = _stirred;
            _stirred = new HashSet<string>(StringComparer.Ordinal);
            return stirred;
        }
    }

    public void Dispose()
    {
        List<FileSystemWatcher?> watchers;
        lock (_gate)
        {
            _isDisposed = true;
            watchers = [.. _watchers.Values];
            _watchers.Clear();
        }

        watchers.ForEach(watcher => watcher?.Dispose());
    }

    /// <summary>Stops watching a folder until the next try, as after an error of the system.</summary>
    internal void Fail(string folder, string reason)
    {
        FileSystemWatcher? watcher;
        lock (_gate)
        {
            if (_isDisposed || !_watchers.TryGetValue(folder, out watcher) || watcher is null)
            {
                return;
            }

            _watchers[folder] = null;
        }

        watcher.Dispose();
        Log.CannotWatch(logger, folder, reason);
        wake(); // what was lost with the error is found by looking
    }

    private FileSystemWatcher? TryWatch(string folder, bool isFirst)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            watcher.Changed += (_, change) => Stir(folder, change.FullPath);
            watcher.Created += (_, change) => Stir(folder, change.FullPath);
            watcher.Deleted += (_, change) => Stir(folder, change.FullPath);
            watcher.Renamed += (_, change) =>
            {
                Stir(folder, change.OldFullPath);
                Stir(folder, change.FullPath);
            };
            watcher.Error += (_, error) => Fail(folder, error.GetException().Message);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            if (isFirst)
            {
                Log.CannotWatch(logger, folder, failure.Message);
            }

            return null;
        }
    }

    // A file system over a network may take the watch, and then reports only what this machine does.
    private static bool IsLocal(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).DriveType is DriveType.Fixed or DriveType.Ram;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Stir(string folder, string path)
    {
        if (!Concerns(Path.GetRelativePath(folder, path).Replace('\\', '/')))
        {
            return;
        }

        lock (_gate)
        {
            if (_stirred.Count < MaxStirred)
            {
                _stirred.Add(path);
            }
        }

        wake();
    }

    /// <summary>Whether a path can belong to a plugin: most of what a build writes cannot.</summary>
    internal static bool Concerns(string file)
    {
        var parts = file.Split('/');
        return !parts.Any(PluginFiles.IsOfNoPlugin)
            && (parts.Length < 2 || parts[1] != "obj")
            && (parts.Length < 3 || parts[1] != "bin" || parts[2] == "plugin");
    }
}
