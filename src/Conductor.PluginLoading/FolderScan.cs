using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

/// <summary>One look into the plugin folders: reads and judges every file, then holds the result against what is loaded.</summary>
internal sealed class FolderScan(
    StatusBoard board, SharedAssemblyList shared, IReadOnlyList<LoadedPlugin> serving, IReadOnlySet<StatusKey> failedBefore,
    IReadOnlySet<PluginEntry> unsettled, PluginPins pins, ILogger logger)
{
    private readonly List<PluginCandidate> _candidates = [];
    private readonly HashSet<LoadedPlugin> _kept = [];

    /// <summary>Every file and content that is on disk now.</summary>
    public HashSet<StatusKey> Seen { get; } = [];

    /// <summary>Reads one folder.</summary>
    public void Read(PluginKind kind, string folder)
    {
        IReadOnlyList<ProbedPlugin> found;
        try
        {
            found = PluginProbe.Probe(kind, folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A folder that is away for a moment (a network drive) must not take its plugins with it.
            Log.FolderUnreadable(logger, folder, failure.Message);
            _kept.UnionWith(serving.Where(plugin => plugin.Kind == kind));
            return;
        }

        // Still being written to, or away while it is replaced: what is loaded from there stays, and the next look decides.
        _kept.UnionWith(serving.Where(plugin => plugin.Kind == kind && IsUnsettled(plugin.Kind, plugin.File)));
        foreach (var plugin in found.Where(plugin => !IsUnsettled(kind, plugin.File)))
        {
            if (Read(plugin) is { } candidate)
            {
                _candidates.Add(candidate);
            }
            else
            {
                // Unchanged, or replaced by something that cannot run: what is loaded from here stays.
                _kept.UnionWith(serving.Where(loaded => loaded.Kind == kind && loaded.File == plugin.File));
            }
        }
    }

    /// <summary>What is new, changed and gone, once all folders are read.</summary>
    public PluginScan Compare()
    {
        var added = new List<PluginCandidate>();
        var changed = new List<(LoadedPlugin, PluginCandidate)>();
        var holders = new Dictionary<(PluginKind, string), string>();
        foreach (var plugin in _kept)
        {
            holders[(plugin.Kind, plugin.Id)] = plugin.File;
        }

        // A new file does not take the id of one that is loaded and was rebuilt in its place.
        foreach (var candidate in _candidates.OrderBy(candidate => OwnerOf(candidate)?.File == candidate.File ? 0 : 1))
        {
            if (!holders.TryAdd((candidate.Kind, candidate.Id), candidate.File))
            {
                Report(StatusKey.Of(candidate), PluginState.Rejected, candidate.Manifest, candidate.Id,
                    $"'{candidate.File}' has the id '{candidate.Id}' of '{holders[(candidate.Kind, candidate.Id)]}'; remove one of them.");
                continue;
            }

            Report(StatusKey.Of(candidate), PluginState.Found, candidate.Manifest, candidate.Id, reason: null);
            if (OwnerOf(candidate) is { } owner)
            {
                changed.Add((owner, candidate));
                _kept.Add(owner);
            }
            else
            {
                added.Add(candidate);
            }
        }

        return new PluginScan(added, changed, [.. serving.Where(plugin => !_kept.Contains(plugin))]);
    }

    /// <summary>Whether a file was left out of this look.</summary>
    public bool IsUnsettled(PluginKind kind, string file) => unsettled.Contains(PluginEntry.Of(kind, file));

    private LoadedPlugin? OwnerOf(PluginCandidate candidate) =>
        serving.LastOrDefault(plugin => plugin.Kind == candidate.Kind && plugin.Id == candidate.Id);

    private PluginCandidate? Read(ProbedPlugin plugin)
    {
        string? hash = null;
        PluginManifest? manifest = null;
        try
        {
            if (plugin.Problem is { } problem)
            {
                Report(new(plugin.Kind, plugin.File, null), plugin.IsNotBuilt ? PluginState.Found : PluginState.Rejected, null, plugin.Name, problem);
                return null;
            }

            var files = PluginFiles.Of(plugin);
            hash = files.ComputeHash();
            var key = new StatusKey(plugin.Kind, plugin.File, hash);
            if (failedBefore.Contains(key) || serving.Any(loaded => StatusKey.Of(loaded) == key))
            {
                Seen.Add(key);
                return null;
            }

            var image = ManifestReader.ReadPlugin(files.MainPath, plugin.Kind);
            manifest = image.Manifest!;
            pins.Require(manifest.Id, hash, plugin.File);
            ReferenceCheck.Require(image, files, shared);
            return new PluginCandidate(manifest, plugin.File, files, hash);
        }
        catch (PluginRejectedException rejection)
        {
            Report(new(plugin.Kind, plugin.File, hash), PluginState.Rejected, manifest, plugin.Name, rejection.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Report(new(plugin.Kind, plugin.File, hash), PluginState.Rejected, manifest, plugin.Name,
                $"'{plugin.File}' cannot be read ({failure.Message}); scan again when it is there and readable.");
        }

        return null;
    }

    private void Report(StatusKey key, PluginState state, PluginManifest? manifest, string name, string? reason)
    {
        Seen.Add(key);
        if (board.Set(key, state, reason, manifest, name) && state == PluginState.Rejected)
        {
            Log.Rejected(logger, key.File, reason!);
        }
    }
}
