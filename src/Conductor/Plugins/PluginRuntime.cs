using Conductor.Catalog;
using Conductor.Costing;
using Conductor.PluginLoading;
using Conductor.Prompts;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>
/// Joins the two machines: plugins from the loader become providers and operations in the catalogue. Every change makes a new snapshot beside the
/// old one and swaps it in whole; what it no longer holds drains, is disposed, and its code is unloaded.
/// </summary>
internal sealed class PluginRuntime(
    PluginLoader loader, PluginRoster roster, ProviderQuestions questions, PluginRetirement retirement, ISettings settings, PromptStore prompts,
    ConductorMetrics metrics, ILogger<PluginRuntime> logger)
    : ICatalog, IAsyncDisposable
{
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile CatalogSnapshot _current = CatalogSnapshot.Empty;
    private Task _left = Task.CompletedTask; // nobody works with a snapshot before the current one
    private List<PromptFunctionEntry> _functionEntries = [];
    private PromptFunctions? _functions;
    private readonly PluginUse _use = new();
    private PluginPins _pins = PluginServices.PinsOf(settings.Current);
    private volatile bool _isStarted;
    private int _isDisposed;

    /// <summary>Raised after plugins have come, gone or been refused. One at a time.</summary>
    public event Action? Changed;

    public CatalogSnapshot Current => _current;

    public IReadOnlyList<PluginStatus> Statuses => PluginConduct.Say(_use.Fill(loader.Statuses), _current);

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
                await ChangeAsync(loader.Scan(), cancellationToken).ConfigureAwait(false);
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
            await ChangeAsync(loader.Scan(), cancellationToken).ConfigureAwait(false);
            _isStarted = true;
            PluginConduct.Forgive(_current);
        }
        finally
        {
            _changing.Release();
        }

        await retirement.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Statuses;
    }

    /// <summary>Takes over what has changed in the folders, and does nothing where their content is what is loaded. Does not wait for what is let go.</summary>
    /// <param name="unsettled">What is still being written to, and stays as it is.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public async Task FollowAsync(IReadOnlySet<PluginEntry> unsettled, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (loader.Scan(unsettled) is { IsEmpty: false } scan)
            {
                await ChangeAsync(scan, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    public async Task ApplySettingsAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var pins = PluginServices.PinsOf(settings.Current);
            var areOthers = !pins.AreAs(_pins);
            await ChangeAsync(areOthers ? loader.Scan() : null, cancellationToken).ConfigureAwait(false);
            _pins = pins;
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
            await Task.WhenAll(roster.Providers.Values.Select(live => questions.CheckAsync(live.Entry, cancellationToken))).ConfigureAwait(false);
            await questions.ListModelsAsync(roster.Providers.Values, settings.Current, cancellationToken).ConfigureAwait(false);
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
        Use(CatalogSnapshot.Empty);
        prompts.Use(prompts.ShippedFunctions);
        await retirement.CloseAsync(roster.Close()).ConfigureAwait(false);
        _changing.Dispose();
    }

    private async Task ChangeAsync(PluginScan? scan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = settings.Current;
        metrics.ReadPluginContextsFrom(ContextsAlive);
        metrics.ReadQuarantinesFrom(() => PluginConduct.Quarantines(_current));
        var change = roster.Change(now, scan);

        // From here on there is no way back: whoever asked may leave, what has changed has to be swapped in and what is gone let go.
        var trial = PluginTrial.RunAsync(questions, PluginRoster.Successions(change));
        await questions.ListModelsAsync(change.Added, now, CancellationToken.None).ConfigureAwait(false);
        foreach (var (plugin, reason) in await trial.ConfigureAwait(false))
        {
            roster.KeepOld(change, plugin, reason);
        }

        roster.Settle(change);
        _use.Note(roster.Providers.Values, roster.Operations);
        Swap();
        RuntimeLog.Serving(logger, string.Join(", ", _current.Providers.Keys), string.Join(", ", _current.Operations.Keys));
        Count(change);
        retirement.Retire(change, _left);
        Changed?.Invoke();
    }

    private void Count(PluginChange change)
    {
        foreach (var plugin in change.Refused)
        {
            metrics.PluginSwap(plugin, "refused");
        }

        foreach (var plugin in change.Replaced.Keys)
        {
            metrics.PluginSwap(plugin.Id, change.Failed.ContainsKey(plugin) ? "failed" : "swapped");
        }
    }

    private IReadOnlyCollection<(string Plugin, long Contexts)> ContextsAlive() => [.. loader.ContextsAlive.Select(pair => (pair.Key.Id, (long)pair.Value))];

    /// <summary>The registry of the live plugins' functions. Another one only when the functions are others: with it every prompt is compiled anew.</summary>
    private PromptFunctions FunctionsNow()
    {
        var entries = roster.Operations.SelectMany(live => live.Functions).ToList();
        if (_functions is not null && entries.SequenceEqual(_functionEntries))
        {
            return _functions;
        }

        _functionEntries = entries;
        _functions = prompts.ShippedFunctions.WithPlugins(entries);
        foreach (var conflict in _functions.Conflicts)
        {
            RuntimeLog.FunctionConflict(logger, conflict);
        }

        if (entries.Count > 0 || _isStarted)
        {
            prompts.Use(_functions);
        }

        return _functions;
    }

    private void Swap()
    {
        var now = settings.Current;
        Dictionary<string, OperationEntry> operations = new(StringComparer.Ordinal);
        foreach (var entry in roster.Operations.SelectMany(live => live.Entries).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            operations.TryAdd(entry.Name, entry);
        }

        var prices = PriceCatalogBuilder.Build(now);
        PriceChanges.Log(logger, _current.Prices, prices);
        Use(new CatalogSnapshot
        {
            Settings = now,
            Providers = roster.Providers.ToDictionary(pair => pair.Key, pair => pair.Value.Entry, StringComparer.Ordinal),
            Operations = operations,
            Functions = FunctionsNow(),
            Hooks = [.. roster.Operations.SelectMany(live => live.Hooks)],
            Prices = prices,
        });
    }

    private void Use(CatalogSnapshot snapshot)
    {
        var old = _current;
        _current = snapshot;
        if (old != CatalogSnapshot.Empty) // shared, and holds nothing
        {
            old.Unpin();
            _left = _left.IsCompleted ? old.Left : Task.WhenAll(_left, old.Left);
        }
    }
}
