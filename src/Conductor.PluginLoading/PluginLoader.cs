using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

/// <summary>DLL in, live plugin out. It loads and unloads; which plugin serves, and when the last call on it has ended, its owner knows.</summary>
/// <remarks>Thread-safe. Disposing it unloads whatever is still loaded, without waiting for the code to leave memory.</remarks>
public sealed class PluginLoader(PluginLoaderOptions options, TimeProvider time, ILogger<PluginLoader> logger) : IDisposable
{
    // A clean plugin is dead after 2 to 4 collections on .NET 10; one that is not dead after ten was held in every case that was tried.
    private const int MaxCollections = 10;
    private const int CollectionsBeforeJsonCaches = 3;

    private readonly ShadowStore _shadow = new(options.ShadowFolder, logger);
    private readonly SharedAssemblyList _shared = new(options.SharedAssemblies, options.IsolatedFrameworkAssemblies);
    private readonly StatusBoard _board = new(time);
    private readonly ContextWatch _contexts = new(time);
    private readonly Lock _scanning = new();
    private readonly Lock _gate = new();
    private readonly List<LoadedPlugin> _plugins = []; // in the order of loading, until their code is gone
    private readonly HashSet<StatusKey> _failed = [];
    private bool _isDisposed;

    /// <summary>Every plugin file found, and every version of one that is still in memory; a snapshot.</summary>
    public IReadOnlyList<PluginStatus> Statuses
    {
        get
        {
            var alive = _contexts.CountAlive();
            return [.. _board.Snapshot().Select(row => row with { ContextsAlive = alive.GetValueOrDefault((row.Kind, row.Id)) })];
        }
    }

    /// <summary>How many load contexts of each plugin are in memory: one for a plugin that serves, and those of its versions that drain or will not leave.</summary>
    public IReadOnlyDictionary<(PluginKind Kind, string Id), int> ContextsAlive => _contexts.CountAlive();

    /// <summary>Looks into both folders. Files that cannot be plugins become statuses; nothing is loaded.</summary>
    public PluginScan Scan() => Scan(new HashSet<PluginEntry>());

    /// <summary>Looks into both folders, and leaves as it is what is still being written to.</summary>
    public PluginScan Scan(IReadOnlySet<PluginEntry> unsettled)
    {
        lock (_scanning)
        {
            List<LoadedPlugin> plugins;
            FolderScan scan;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                _plugins.RemoveAll(plugin => !plugin.IsAlive);
                plugins = [.. _plugins];
                scan = new(_board, _shared, [.. plugins.Where(plugin => plugin.Serves)], new HashSet<StatusKey>(_failed), unsettled, options.Pins(), logger);
            }

            if (options.ProviderFolder is { } providers)
            {
                scan.Read(PluginKind.Provider, providers);
            }

            if (options.OperationFolder is { } operations)
            {
                scan.Read(PluginKind.Operation, operations);
            }

            var result = scan.Compare();
            lock (_gate)
            {
                _failed.RemoveWhere(key => !scan.Seen.Contains(key) && !scan.IsUnsettled(key.Kind, key.File));
                var loaded = _plugins.Select(StatusKey.Of).ToHashSet();
                _board.KeepOnly(key => scan.Seen.Contains(key) || loaded.Contains(key) || scan.IsUnsettled(key.Kind, key.File));
            }

            return result;
        }
    }

    /// <summary>Reads and judges one plugin by the rules of a scan, wherever it lies. None of its code is loaded, and no status is kept of it.</summary>
    /// <param name="path">
    /// Its DLL, its published folder, its source project's folder, or the folder that it was built into. What lies beside a DLL belongs to it where the folder
    /// bears its name, or is the output of its build (the only `.deps.json` in it is the DLL's own).
    /// </param>
    /// <exception cref="PluginRejectedException">It is no plugin that can be loaded here; the message says why.</exception>
    public PluginCandidate Examine(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var plugin = PluginProbe.ProbeOne(Path.GetFullPath(path));
        if (plugin.Problem is { } problem)
        {
            throw new PluginRejectedException(problem);
        }

        try
        {
            var files = PluginFiles.Of(plugin);
            var hash = files.ComputeHash();
            var image = ManifestReader.ReadPlugin(files.MainPath, kind: null);
            options.Pins().Require(image.Manifest!.Id, hash, plugin.File);
            ReferenceCheck.Require(image, files, _shared);
            return new PluginCandidate(image.Manifest, plugin.File, files, hash);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginRejectedException($"'{plugin.File}' cannot be read: {failure.Message}");
        }
    }

    /// <summary>Copies a plugin, loads the copy and creates its entry point.</summary>
    /// <exception cref="PluginRejectedException">It cannot be loaded; the message is also its status's reason.</exception>
    public LoadedPlugin Load(PluginCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), this);

        string path;
        try
        {
            _contexts.RequireBudget(candidate, options.LeakBudget(), Collect);
            path = CopyOf(candidate);
        }
        catch (PluginRejectedException rejection)
        {
            _board.Set(StatusKey.Of(candidate), PluginState.Rejected, rejection.Message, candidate.Manifest, candidate.Id);
            Log.Rejected(logger, candidate.File, rejection.Message);
            throw;
        }

        var plugin = LoadCopy(candidate, path, out var failure, out var hasRun);
        if (plugin is null)
        {
            Fail(candidate, failure!, hasRun);
            throw new PluginRejectedException(failure!);
        }

        lock (_gate)
        {
            if (_isDisposed)
            {
                plugin.Release();
            }

            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _plugins.Add(plugin);
            _board.Set(plugin, PluginState.Loaded, reason: null);
        }

        Log.Loaded(logger, plugin.Kind, plugin.Id, plugin.Manifest.Version, plugin.File);
        return plugin;
    }

    /// <summary>The plugin serves calls from now on.</summary>
    public void MarkActive(LoadedPlugin p)
    {
        ArgumentNullException.ThrowIfNull(p);
        _board.Set(p, PluginState.Active, reason: null);
    }

    /// <summary>The plugin's code is in memory and serves nothing, for a reason that is not its fault: nobody uses it, or its settings are wrong.</summary>
    /// <param name="p">The plugin.</param>
    /// <param name="reason">A sentence for the status page that says what to do.</param>
    public void MarkLoaded(LoadedPlugin p, string reason)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        _board.Set(p, PluginState.Loaded, reason);
    }

    /// <summary>The plugin takes no new calls; a scan no longer counts it as loaded.</summary>
    public void MarkDraining(LoadedPlugin p)
    {
        ArgumentNullException.ThrowIfNull(p);
        p.Serves = false;
        _board.Set(p, PluginState.Draining, reason: null);
    }

    /// <summary>The plugin failed. A scan does not offer these files again until they change.</summary>
    /// <param name="p">The plugin.</param>
    /// <param name="reason">A sentence for the status page: text, never an exception of the plugin's.</param>
    public void MarkFaulted(LoadedPlugin p, string reason)
    {
        ArgumentNullException.ThrowIfNull(p);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        lock (_gate)
        {
            p.Serves = false;
            _failed.Add(StatusKey.Of(p));
            _board.Set(p, PluginState.Faulted, reason);
        }

        Log.Faulted(logger, p.Id, p.File, reason);
    }

    /// <summary>Drops the loader's references, unloads, and collects garbage until the plugin's code has left memory, or plainly will not.</summary>
    /// <remarks>The caller has ended every call on the plugin and disposed and dropped everything that came from it.</remarks>
    public async Task<UnloadVerdict> UnloadAsync(LoadedPlugin p, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(p);
        p.Release();
        _contexts.Released(p.Kind, p.Id, p.Generation);
        var isFaulted = _board.Find(StatusKey.Of(p))?.State == PluginState.Faulted;
        if (!isFaulted)
        {
            _board.Set(p, PluginState.Unloaded, reason: null);
        }

        var collections = 0;
        while (p.IsAlive && collections < MaxCollections)
        {
            // Other threads leave their last frames of the plugin, and finalizers run, in real time whatever clock the host is given.
            await Task.Delay(TimeSpan.FromMilliseconds(5 * collections), TimeProvider.System, ct).ConfigureAwait(false);
            Collect();
            collections++;
            if (collections == CollectionsBeforeJsonCaches && p.IsAlive)
            {
                JsonCaches.Clear();
            }
        }

        if (p.IsAlive)
        {
            if (!isFaulted)
            {
                _board.Set(p, PluginState.Unloaded,
                    $"Unloaded, but its code is still alive after {collections} collections: " +
                    "a timer, thread, static event handler or kept object of it holds on. It serves nothing; a restart frees the memory.");
            }

            Log.StillAlive(logger, p.Id, collections);
            return new UnloadVerdict(IsDead: false, collections);
        }

        lock (_gate)
        {
            _plugins.Remove(p);
        }

        if (!isFaulted)
        {
            _board.DropIfReplaced(p);
        }

        AllocatorReserve.Release();
        Log.Unloaded(logger, p.Id, collections);
        return new UnloadVerdict(IsDead: true, collections);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            Volatile.Write(ref _isDisposed, true);
            foreach (var plugin in _plugins)
            {
                plugin.Release();
            }

            _plugins.Clear();
        }

        _shadow.Dispose();
    }

    private string CopyOf(PluginCandidate candidate)
    {
        var copy = _shadow.Copy(candidate);

        // The manifest was read from the original: what is run must be what was judged.
        return ManifestReader.ReadPlugin(copy.MainPath, candidate.Kind).Manifest == candidate.Manifest
            ? copy.MainPath
            : throw new PluginRejectedException($"'{candidate.File}' changed while it was being read; scan again when it is written whole.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private LoadedPlugin? LoadCopy(PluginCandidate candidate, string path, out string? failure, out bool hasRun)
    {
        var context = new PluginLoadContext(
            $"{candidate.Id}-{candidate.Hash[..12]}", path, _shared, reason => Log.DependencyFileIgnored(logger, candidate.Id, reason));
        var generation = _contexts.Add(candidate, context);
        var activation = PluginActivator.Create(context, path, candidate.Manifest);
        failure = activation.Failure is { } end ? $"'{candidate.File}': {end}" : null;
        hasRun = activation.HasRun;
        if (activation.EntryPoint is { } entryPoint)
        {
            return new LoadedPlugin(candidate, context, entryPoint) { Generation = generation };
        }

        context.Unload();
        _contexts.Released(candidate.Kind, candidate.Id, generation);
        return null;
    }

    private void Fail(PluginCandidate candidate, string reason, bool hasRun)
    {
        lock (_gate)
        {
            _failed.Add(StatusKey.Of(candidate));
        }

        _board.Set(StatusKey.Of(candidate), hasRun ? PluginState.Faulted : PluginState.Rejected, reason, candidate.Manifest, candidate.Id);
        if (hasRun)
        {
            Log.Faulted(logger, candidate.Id, candidate.File, reason);
        }
        else
        {
            Log.Rejected(logger, candidate.File, reason);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
