using System.Runtime.CompilerServices;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.PluginLoading;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>
/// Joins the two machines: plugins from the loader become providers and operations in the catalogue. Every change makes a new snapshot beside the
/// old one and swaps it in whole; what it no longer holds drains, is disposed, and its code is unloaded.
/// </summary>
internal sealed class PluginRuntime(
    PluginLoader loader, ProviderFactory factory, ISettings settings, TimeProvider time, ILogger<PluginRuntime> logger) : ICatalog, IAsyncDisposable
{
    // A provider that does not answer must not hold up the start; the refresh asks again.
    private static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly List<LoadedPlugin> _plugins = [];
    private readonly Dictionary<string, LiveProvider> _providers = new(StringComparer.Ordinal);
    private readonly List<LiveOperations> _operations = [];
    private readonly List<Task> _retiring = [];
    private volatile CatalogSnapshot _current = CatalogSnapshot.Empty;
    private volatile bool _isStarted;
    private int _isDisposed;

    public CatalogSnapshot Current => _current;

    public IReadOnlyList<PluginStatus> Statuses => loader.Statuses;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_isStarted)
        {
            return;
        }

        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isStarted)
            {
                await ChangeAsync(looksIntoFolders: true, cancellationToken).ConfigureAwait(false);
                _isStarted = true;
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Looks into the folders again. Returns once what is gone has been unloaded, or after the drain limit.</summary>
    public async Task<IReadOnlyList<PluginStatus>> RescanAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ChangeAsync(looksIntoFolders: true, cancellationToken).ConfigureAwait(false);
            _isStarted = true;
        }
        finally
        {
            _changing.Release();
        }

        await Task.WhenAll(Retiring()).WaitAsync(cancellationToken).ConfigureAwait(false);
        return loader.Statuses;
    }

    public async Task ApplySettingsAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ChangeAsync(looksIntoFolders: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Asks every provider how it is and what it lists.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(_providers.Values.Select(live => CheckAsync(live.Entry, cancellationToken))).ConfigureAwait(false);
            await ListAsync(_providers.Values, cancellationToken).ConfigureAwait(false);
            Swap();
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return; // the container knows it by two names
        }

        await _changing.WaitAsync().ConfigureAwait(false);
        _current = CatalogSnapshot.Empty;
        foreach (var live in _providers.Values)
        {
            live.Entry.Retire();
            await DisposeAsync(live.Container, live.Entry.Name).ConfigureAwait(false);
        }

        foreach (var live in _operations)
        {
            live.Entries.ToList().ForEach(entry => entry.Retire());
            await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
        }

        _providers.Clear();
        _operations.Clear();
        _changing.Dispose();
    }

    private Task[] Retiring()
    {
        lock (_retiring)
        {
            _retiring.RemoveAll(task => task.IsCompleted);
            return [.. _retiring];
        }
    }

    private async Task ChangeAsync(bool looksIntoFolders, CancellationToken cancellationToken)
    {
        var now = settings.Current;
        var change = new PluginChange();
        if (looksIntoFolders)
        {
            LoadChanges(change);
        }

        var added = ChangeProviders(now, change);
        ChangeOperations(change);
        Settle(change);
        await ListAsync(added, cancellationToken).ConfigureAwait(false);
        Swap();
        RuntimeLog.Serving(logger, string.Join(", ", _current.Providers.Keys), string.Join(", ", _current.Operations.Keys));
        Retire(change);
    }

    private void LoadChanges(PluginChange change)
    {
        var scan = loader.Scan();
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
        }

        _plugins.RemoveAll(change.Leaving.Contains);
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

    /// <summary>Builds the providers that the settings and the plugins ask for; those that are as they were stay. Returns the new ones.</summary>
    private List<LiveProvider> ChangeProviders(ConductorSettings now, PluginChange change)
    {
        List<LiveProvider> added = [];
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
                    added.Add(kept[name]);
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

        return added;
    }

    /// <summary>The providers that the configuration gives a plugin; for one it does not mention, one of the plugin's own name with no settings.</summary>
    private static IEnumerable<KeyValuePair<string, ProviderSettings>> ProvidersOf(LoadedPlugin plugin, ConductorSettings now)
    {
        var mentioned = now.Providers.Where(pair => pair.Value.Plugin == plugin.Id).ToList();
        if (mentioned.Count == 0 && !now.Providers.ContainsKey(plugin.Id))
        {
            return [new(plugin.Id, new ProviderSettings { Plugin = plugin.Id, Section = new ConfigurationBuilder().Build() })];
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

    /// <summary>Says of every plugin where it stands, and sends away those that failed. What a failed one should have replaced stays.</summary>
    private void Settle(PluginChange change)
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

    private void Swap()
    {
        var now = settings.Current;
        Dictionary<string, OperationEntry> operations = new(StringComparer.Ordinal);
        foreach (var entry in _operations.SelectMany(live => live.Entries).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            operations.TryAdd(entry.Name, entry);
        }

        _current = new CatalogSnapshot
        {
            Settings = now,
            Providers = _providers.ToDictionary(pair => pair.Key, pair => pair.Value.Entry, StringComparer.Ordinal),
            Operations = operations,
            Prices = PriceCatalogBuilder.Build(now),
        };
    }

    private async Task ListAsync(IEnumerable<LiveProvider> providers, CancellationToken cancellationToken)
    {
        var catalog = PriceCatalogBuilder.Build(settings.Current);
        await Task.WhenAll(providers.Select(async live =>
        {
            var listed = await ListAsync(live.Entry, cancellationToken).ConfigureAwait(false);
            live.Entry.Models = ModelLists.Merge(live.Entry.Name, live.Entry.Settings, listed, catalog);
        })).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ModelDescriptor>?> ListAsync(ProviderEntry entry, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ListLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await entry.Provider.ListModelsAsync(linked.Token).WaitAsync(linked.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a provider that cannot list can still be called by name
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            RuntimeLog.NotListed(logger, entry.Name, failure is ProviderException ? failure.Message : failure.GetType().Name);
            return null;
        }
    }

    private async Task CheckAsync(ProviderEntry entry, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ListLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        ProviderHealth health;
        try
        {
            health = await entry.Provider.CheckHealthAsync(linked.Token).WaitAsync(linked.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a check that fails is a verdict
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            health = new ProviderHealth(ProviderHealthStatus.Unhealthy, failure is OperationCanceledException ? "no answer in time" : failure.GetType().Name);
        }

        entry.Statistics.Checked(health, time.GetUtcNow());
    }

    /// <summary>Lets go of what the new snapshot no longer holds, once no call uses it any more.</summary>
    private void Retire(PluginChange change)
    {
        if (change.Providers.Count == 0 && change.Operations.Count == 0 && change.Leaving.Count == 0)
        {
            return;
        }

        foreach (var plugin in change.Leaving.Where(plugin => !change.Failed.ContainsKey(plugin)))
        {
            loader.MarkDraining(plugin);
        }

        var task = RetireAsync(change.Providers, change.Operations, change.Leaving);
        lock (_retiring)
        {
            _retiring.Add(task);
        }
    }

    // Taken from the lists before they are awaited: a loop variable would live on in this method's state, and with it the plugin's code.
    private async Task RetireAsync(List<LiveProvider> providers, List<LiveOperations> operations, List<LoadedPlugin> plugins)
    {
        while (providers.Count > 0)
        {
            var letGo = LetGoAsync(providers[^1]);
            providers.RemoveAt(providers.Count - 1);
            await letGo.ConfigureAwait(false);
        }

        while (operations.Count > 0)
        {
            var letGo = LetGoAsync(operations[^1]);
            operations.RemoveAt(operations.Count - 1);
            await letGo.ConfigureAwait(false);
        }

        foreach (var plugin in plugins)
        {
            await loader.UnloadAsync(plugin, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task LetGoAsync(LiveProvider live)
    {
        live.Entry.Retire();
        await DrainAsync(live.Entry.Drained, live.Entry.Name).ConfigureAwait(false);
        await DisposeAsync(live.Container, live.Entry.Name).ConfigureAwait(false);
    }

    private async Task LetGoAsync(LiveOperations live)
    {
        foreach (var entry in live.Entries)
        {
            entry.Retire();
            await DrainAsync(entry.Drained, entry.Name).ConfigureAwait(false);
        }

        await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
    }

    private async Task DrainAsync(Task drained, string name)
    {
        var limit = settings.Current.Server.DrainTimeout;
        try
        {
            await drained.WaitAsync(limit, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            RuntimeLog.StillInUse(logger, name, limit);
            await drained.ConfigureAwait(false); // its code stays until the last call is over: a call in flight is never cut
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task DisposeAsync(ServiceProvider container, string name)
    {
        try
        {
            await container.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a plugin's failure to let go must not keep the others
        catch (Exception failure)
#pragma warning restore CA1031
        {
            RuntimeLog.DisposeFailed(logger, name, failure.GetType().Name);
        }
    }
}
