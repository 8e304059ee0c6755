using Conductor.Catalog;
using Conductor.Hooks;
using Conductor.PluginLoading;
using Conductor.Prompts;

namespace Conductor.Plugins;

/// <summary>What each version of a plugin serves, and how many calls hold on to it: for the status page, from its first service until its code is gone.</summary>
/// <remarks>It holds the catalogue's entries weakly: they carry objects of the plugin, and a draining one must be able to die.</remarks>
internal sealed class PluginUse
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LoadedPlugin, Use> _uses = [];

    /// <summary>Takes in what serves now.</summary>
    public void Note(IEnumerable<LiveProvider> providers, IEnumerable<LiveOperations> operations)
    {
        lock (_gate)
        {
            foreach (var gone in _uses.Keys.Where(plugin => !plugin.IsAlive).ToList())
            {
                _uses.Remove(gone);
            }

            foreach (var use in _uses.Values)
            {
                use.Serves.Clear();
            }

            foreach (var live in providers)
            {
                Note(live.Plugin, "provider:" + live.Entry.Name, live.Entry);
            }

            foreach (var live in operations)
            {
                foreach (var entry in live.Entries)
                {
                    Note(live.Plugin, "operation:" + entry.Name, entry);
                }

                foreach (var function in live.Functions)
                {
                    Note(live.Plugin, "function:" + function.Name, function);
                }

                foreach (var hook in live.Hooks)
                {
                    Note(live.Plugin, "hook:" + hook.Name, hook);
                }
            }
        }
    }

    /// <summary>The statuses with what this knows of each.</summary>
    public IReadOnlyList<PluginStatus> Fill(IReadOnlyList<PluginStatus> statuses)
    {
        lock (_gate)
        {
            return [.. statuses.Select(Fill)];
        }
    }

    private PluginStatus Fill(PluginStatus status)
    {
        var uses = _uses.Where(pair => pair.Key.Kind == status.Kind && pair.Key.File == status.File && pair.Key.Hash == status.Hash).Select(pair => pair.Value).ToList();
        return uses.Count == 0 ? status : status with
        {
            Capabilities = [.. uses.SelectMany(use => use.Serves).Distinct().Order(StringComparer.Ordinal)],
            CallsInFlight = uses.Sum(use => use.Entries.Sum(entry => CallsOf(entry.Target))),
        };
    }

    private void Note(LoadedPlugin plugin, string capability, object entry)
    {
        if (!_uses.TryGetValue(plugin, out var use))
        {
            _uses[plugin] = use = new Use([], []);
        }

        use.Serves.Add(capability);
        use.Entries.RemoveAll(known => !known.IsAlive);
        if (!use.Entries.Exists(known => ReferenceEquals(known.Target, entry)))
        {
            use.Entries.Add(new WeakReference(entry));
        }
    }

    private static int CallsOf(object? entry) => entry switch
    {
        ProviderEntry provider => provider.CallsInFlight,
        OperationEntry operation => operation.CallsInFlight,
        PromptFunctionEntry function => function.CallsInFlight,
        CallHookEntry hook => hook.CallsInFlight,
        _ => 0,
    };

    private sealed record Use(List<string> Serves, List<WeakReference> Entries);
}
