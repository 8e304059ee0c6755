using System.Runtime.CompilerServices;
using Conductor.PluginLoading;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Lets go of what the catalogue no longer holds: drained, disposed, its code unloaded.</summary>
internal sealed class PluginRetirement(PluginLoader loader, ISettings settings, ConductorMetrics metrics, TimeProvider time, ILogger<PluginRetirement> logger)
{
    private readonly List<Task> _running = [];

    /// <summary>Begins, and does not wait: calls that are in flight finish first.</summary>
    public void Retire(PluginChange change)
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
        lock (_running)
        {
            _running.Add(task);
        }
    }

    /// <summary>Waits until all that was let go is gone, at most as long as a drain may take.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task[] running;
        lock (_running)
        {
            _running.RemoveAll(task => task.IsCompleted);
            running = [.. _running];
        }

        try
        {
            await Task.WhenAll(running).WaitAsync(settings.Current.Server.DrainTimeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The status says that it drains, and the log that calls still run.
        }
    }

    /// <summary>Lets go without waiting for calls: the process ends.</summary>
    public async Task CloseAsync(PluginChange change)
    {
        foreach (var live in change.Providers)
        {
            live.Entry.Retire();
            await DisposeAsync(live.Container, live.Entry.Name).ConfigureAwait(false);
        }

        foreach (var live in change.Operations)
        {
            live.Entries.ToList().ForEach(entry => entry.Retire());
            live.Functions.ToList().ForEach(function => function.Retire());
            await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
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
            var verdict = await loader.UnloadAsync(plugin, CancellationToken.None).ConfigureAwait(false);
            metrics.PluginUnloaded(plugin.Id, verdict.IsDead);
        }
    }

    private async Task LetGoAsync(LiveProvider live)
    {
        live.Entry.Retire();
        await DrainAsync(live.Entry.Drained, live.Entry.Name, live.Entry.CutAsync).ConfigureAwait(false);
        await DisposeAsync(live.Container, live.Entry.Name).ConfigureAwait(false);
    }

    private async Task LetGoAsync(LiveOperations live)
    {
        foreach (var entry in live.Entries)
        {
            entry.Retire();
            await DrainAsync(entry.Drained, entry.Name).ConfigureAwait(false);
        }

        foreach (var function in live.Functions)
        {
            function.Retire();
            await DrainAsync(function.Drained, function.Name).ConfigureAwait(false);
        }

        await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
    }

    private async Task DrainAsync(Task drained, string name, Func<Task>? cut = null)
    {
        var limit = settings.Current.Plugins.DrainTimeout;
        try
        {
            await drained.WaitAsync(limit, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            RuntimeLog.StillInUse(logger, name, limit);
            if (cut is not null)
            {
                await cut().ConfigureAwait(false); // streams end with an error event, answers that are not there yet go to the next target
            }

            await drained.ConfigureAwait(false); // its code stays until the last call has come out of it
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
