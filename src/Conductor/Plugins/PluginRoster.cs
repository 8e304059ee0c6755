using Conductor.PluginLoading;
using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Which plugins, providers and operations are live. It works out what a look into the folders or the settings changes; its owner serializes the calls.</summary>
internal sealed class PluginRoster(PluginLoader loader, ProviderFactory factory, ILogger<PluginRoster> logger)
{
    private readonly List<LoadedPlugin> _plugins = [];
    private readonly Dictionary<string, LiveProvider> _providers = new(StringComparer.Ordinal);
    private readonly List<LiveOperations> _operations = [];
    private readonly Dictionary<LoadedPlugin, LoadedPlugin> _waiting = []; // a new version that cannot serve with the settings as they are, and the one that serves for it

    /// <summary>By configured name, in the configuration's order.</summary>
    public IReadOnlyDictionary<string, LiveProvider> Providers => _providers;

    public IReadOnlyList<LiveOperations> Operations => _operations;

    /// <summary>Loads and builds what is asked for now. What is no longer asked for is in the change, for its owner to retire after <see cref="Settle"/>.</summary>
    /// <param name="now">The settings.</param>
    /// <param name="scan">What a look into the folders found; null when only the settings may differ.</param>
    public PluginChange Change(ConductorSettings now, PluginScan? scan)
    {
        var change = new PluginChange();
        if (scan is not null)
        {
            LoadChanges(scan, change);
        }

        TryAgain(change);
        ChangeProviders(now, change);
        ChangeOperations(change);
        return change;
    }

    /// <summary>Providers of new versions, each with the one in whose place it stands.</summary>
    public static IReadOnlyList<(LiveProvider Old, LiveProvider New)> Successions(PluginChange change) =>
        [.. from fresh in change.Added
            where change.Replaced.ContainsKey(fresh.Plugin)
            join old in change.Providers on fresh.Entry.Name equals old.Entry.Name
            select (old, fresh)];

    /// <summary>Takes a new version back: what it stands in place of serves on. Before <see cref="Settle"/>.</summary>
    /// <param name="change">What it is part of.</param>
    /// <param name="plugin">The new version.</param>
    /// <param name="reason">Why, as a sentence for the status page.</param>
    public void KeepOld(PluginChange change, LoadedPlugin plugin, string reason)
    {
        foreach (var fresh in change.Added.Where(fresh => ReferenceEquals(fresh.Plugin, plugin)).ToList())
        {
            change.Added.Remove(fresh);
            if (change.Providers.Find(old => old.Entry.Name == fresh.Entry.Name) is { } old)
            {
                change.Providers.Remove(old);
                _providers[old.Entry.Name] = old;
            }
            else
            {
                _providers.Remove(fresh.Entry.Name);
            }

            change.Providers.Add(fresh);
        }

        change.Fail(plugin, reason, isAboutSettings: false);
    }

    /// <summary>Everything leaves.</summary>
    public PluginChange Close()
    {
        var change = new PluginChange();
        change.Providers.AddRange(_providers.Values);
        change.Operations.AddRange(_operations);
        _providers.Clear();
        _operations.Clear();
        return change;
    }

    private void LoadChanges(PluginScan scan, PluginChange change)
    {
        change.Leaving.AddRange(scan.Gone);
        foreach (var candidate in scan.New)
        {
            if (TryLoad(candidate) is { } plugin)
            {
                _plugins.Add(plugin);
            }
        }

        foreach (var (old, candidate) in scan.Changed)
        {
            // The old one stays in its place until the new one serves.
            if (TryLoad(candidate) is { } plugin)
            {
                _plugins.Add(plugin);
                change.Replaced[plugin] = old;
                change.Leaving.Add(old);
            }
            else
            {
                change.Refused.Add(candidate.Id);
            }
        }

        _plugins.RemoveAll(change.Leaving.Contains);
    }

    // With every change: the settings may be right now. A version that came meanwhile stands in the place of both.
    private void TryAgain(PluginChange change)
    {
        foreach (var (fresh, old) in _waiting)
        {
            // A look names the last version as the one in whose place the next stands, and the one that serves as gone.
            if (change.Replaced.FirstOrDefault(pair => ReferenceEquals(pair.Value, fresh)).Key is { } successor)
            {
                change.Replaced[successor] = old;
            }
            else if (!change.Leaving.Exists(plugin => ReferenceEquals(plugin, fresh) || ReferenceEquals(plugin, old)) || change.Refused.Contains(fresh.Id))
            {
                change.Replaced[fresh] = old;
            }
            else
            {
                Leave(fresh); // its file is gone
            }

            Leave(old);
        }

        _waiting.Clear();
        _plugins.RemoveAll(change.Leaving.Contains);

        void Leave(LoadedPlugin plugin)
        {
            if (!change.Leaving.Contains(plugin))
            {
                change.Leaving.Add(plugin);
            }
        }
    }

    private LoadedPlugin? TryLoad(PluginCandidate candidate)
    {
        try
        {
            return loader.Load(candidate);
        }
        catch (PluginRejectedException rejected)
        {
            RuntimeLog.PluginFailed(logger, candidate.Id, rejected.Message);
            return null;
        }
    }

    /// <summary>Builds the providers that the settings and the plugins ask for; those that are as they were stay.</summary>
    private void ChangeProviders(ConductorSettings now, PluginChange change)
    {
        Dictionary<string, LiveProvider> kept = new(StringComparer.Ordinal);
        foreach (var plugin in _plugins.Where(plugin => plugin.Kind == PluginKind.Provider))
        {
            foreach (var (name, provider) in ProvidersOf(plugin, now))
            {
                var live = _providers.GetValueOrDefault(name);
                if (live is not null && live.IsStill(plugin, provider))
                {
                    kept[name] = live;
                    continue;
                }

                try
                {
                    kept[name] = factory.Create(plugin, name, provider);
                    change.Added.Add(kept[name]);
                }
                catch (PluginFailureException mistake) when (!now.Providers.ContainsKey(name) && mistake.IsAboutSettings)
                {
                    change.Unused[plugin] = $"No provider uses it. Add one to conductor.yaml: 'providers: {{ {name}: {{ plugin: {plugin.Id}, ... }} }}'.";
                }
                catch (PluginFailureException mistake)
                {
                    change.Fail(plugin, $"Provider '{name}': {mistake.Message}", mistake.IsAboutSettings);
                    if (live is not null)
                    {
                        kept[name] = live; // better the old one than none
                    }
                }
            }
        }

        change.Providers.AddRange(_providers.Values.Where(live => !kept.ContainsValue(live)));
        _providers.Clear();
        foreach (var name in now.Providers.Keys.Concat(kept.Keys.Order(StringComparer.Ordinal)).Distinct().Where(kept.ContainsKey))
        {
            _providers[name] = kept[name]; // in the configuration's order, what is not in it at the end
        }
    }

    /// <summary>The providers that the configuration gives a plugin; for one it does not mention, one of the plugin's own name with no settings.</summary>
    private static IEnumerable<KeyValuePair<string, ProviderSettings>> ProvidersOf(LoadedPlugin plugin, ConductorSettings now)
    {
        var mentioned = now.Providers.Where(pair => pair.Value.Plugin == plugin.Id).ToList();
        if (mentioned.Count == 0 && !now.Providers.ContainsKey(plugin.Id))
        {
            return [new(plugin.Id, ProviderSettings.Without(plugin.Id))];
        }

        return mentioned.Where(pair => pair.Value is { Enabled: true, DisabledReason: null });
    }

    private void ChangeOperations(PluginChange change)
    {
        foreach (var plugin in _plugins.Where(plugin => plugin.Kind == PluginKind.Operation && !_operations.Exists(live => ReferenceEquals(live.Plugin, plugin))).ToList())
        {
            try
            {
                _operations.Add(factory.CreateOperations(plugin));
            }
            catch (PluginFailureException mistake)
            {
                change.Fail(plugin, mistake.Message, mistake.IsAboutSettings);
            }
        }

        bool IsKept(LoadedPlugin plugin) => _plugins.Contains(plugin)
            || change.Replaced.Any(pair => ReferenceEquals(pair.Value, plugin) && change.Failed.ContainsKey(pair.Key));
        change.Operations.AddRange(_operations.Where(live => !IsKept(live.Plugin)));
        _operations.RemoveAll(change.Operations.Contains);
    }

    /// <summary>Says of every plugin where it stands, and sends away those that failed. What a failed one should have replaced stays. The last step of a change.</summary>
    public void Settle(PluginChange change)
    {
        bool Serves(LoadedPlugin plugin) =>
            _providers.Values.Any(live => ReferenceEquals(live.Plugin, plugin)) || _operations.Exists(live => ReferenceEquals(live.Plugin, plugin));

        foreach (var plugin in change.Leaving.Where(Serves).ToList())
        {
            change.Leaving.Remove(plugin);
            _plugins.Add(plugin);
        }

        foreach (var plugin in _plugins.ToList())
        {
            if (change.Failed.TryGetValue(plugin, out var failure))
            {
                RuntimeLog.PluginFailed(logger, plugin.Id, failure.Reason);
                if (failure.IsAboutSettings || Serves(plugin))
                {
                    loader.MarkLoaded(plugin, failure.Reason); // it may be right when the settings are
                    if (change.Replaced.TryGetValue(plugin, out var old) && Serves(old))
                    {
                        _waiting[plugin] = old;
                    }

                    continue;
                }

                loader.MarkFaulted(plugin, failure.Reason);
                _plugins.Remove(plugin);
                change.Leaving.Add(plugin);
            }
            else if (change.Unused.TryGetValue(plugin, out var reason))
            {
                loader.MarkLoaded(plugin, reason);
            }
            else
            {
                loader.MarkActive(plugin);
            }
        }
    }
}
