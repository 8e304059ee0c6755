namespace Conductor.PluginLoading;

/// <summary>The statuses, one for each content that a file had: a version that drains stands beside the one that replaces it.</summary>
internal sealed class StatusBoard(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StatusKey, PluginStatus> _rows = [];

    public IReadOnlyList<PluginStatus> Snapshot()
    {
        lock (_gate)
        {
            return [.. _rows.Values.OrderBy(row => row.Kind).ThenBy(row => row.File, StringComparer.Ordinal).ThenByDescending(row => row.Since)];
        }
    }

    public PluginStatus? Find(StatusKey key)
    {
        lock (_gate)
        {
            return _rows.GetValueOrDefault(key);
        }
    }

    /// <summary>Writes a state.</summary>
    /// <returns>True when it says something else than before.</returns>
    public bool Set(StatusKey key, PluginState state, string? reason, PluginManifest? manifest, string name)
    {
        lock (_gate)
        {
            if (_rows.TryGetValue(key, out var before) && before.State == state && before.Reason == reason)
            {
                return false;
            }

            _rows[key] = new PluginStatus
            {
                Id = manifest?.Id ?? name,
                Kind = key.Kind,
                State = state,
                Reason = reason,
                Since = time.GetUtcNow(),
                File = key.File,
                DisplayName = manifest?.DisplayName,
                Description = manifest?.Description,
                Version = manifest?.Version,
                ContractVersion = manifest?.ContractVersion.ToString(),
                Hash = key.Hash,
            };
            return true;
        }
    }

    public bool Set(LoadedPlugin plugin, PluginState state, string? reason) => Set(StatusKey.Of(plugin), state, reason, plugin.Manifest, plugin.Id);

    /// <summary>Drops a row that another version of the same plugin has taken over from.</summary>
    public void DropIfReplaced(LoadedPlugin plugin)
    {
        lock (_gate)
        {
            var key = StatusKey.Of(plugin);
            if (_rows.Any(row => row.Key != key && row.Value.Id == plugin.Id && row.Value.Kind == plugin.Kind
                && row.Value.State is PluginState.Loaded or PluginState.Active))
            {
                _rows.Remove(key);
            }
        }
    }

    /// <summary>Drops the rows of files and contents that are neither on disk nor in memory.</summary>
    public void KeepOnly(Func<StatusKey, bool> isToBeKept)
    {
        lock (_gate)
        {
            foreach (var key in _rows.Keys.Where(key => !isToBeKept(key)).ToList())
            {
                _rows.Remove(key);
            }
        }
    }
}

/// <summary>A file and one content of it; the hash is null where it could not be read.</summary>
internal readonly record struct StatusKey(PluginKind Kind, string File, string? Hash)
{
    public static StatusKey Of(LoadedPlugin plugin) => new(plugin.Kind, plugin.File, plugin.Hash);

    public static StatusKey Of(PluginCandidate candidate) => new(candidate.Kind, candidate.File, candidate.Hash);
}
