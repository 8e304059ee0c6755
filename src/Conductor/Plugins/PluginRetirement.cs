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
    private int _hasWarned;

    /// <summary>Begins, and does not wait: calls that are in flight finish first.</summary>
    /// <param name="change">What leaves.</param>
    /// <param name="left">Completes when no call is left that may still ask for it; it is waited for no longer than a drain may take.</param>
    public void Retire(PluginChange change, Task left)
    {
        if (change.Providers.Count == 0 && change.Operations.Count == 0 && change.Leaving.Count == 0)
        {
            return;
        }

        foreach (var plugin in change.Leaving.Where(plugin => !change.Failed.ContainsKey(plugin)))
        {
            loader.MarkDraining(plugin);
        }

        if (change.Leaving.Count > 0 && !PoolThreads.Stay && Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            RuntimeLog.ThreadsEnd(logger);
        }

        var task = RetireAsync(change.Providers, change.Operations, change.Leaving, left, time.GetTimestamp());
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
            live.Hooks.ToList().ForEach(hook => hook.Retire());
            await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
        }
    }

    // Taken from the lists before they are awaited: a loop variable would live on in this method's state, and with it the plugin's code.
    private async Task RetireAsync(List<LiveProvider> providers, List<LiveOperations> operations, List<LoadedPlugin> plugins, Task left, long since)
    {
        // A call that saw the old catalogue may lease from it at any moment until it is answered: nothing is taken away from under it.
        await left.WaitAsync(Rest(since), time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        while (providers.Count > 0)
        {
            var letGo = LetGoAsync(providers[^1], since);
            providers.RemoveAt(providers.Count - 1);
            await letGo.ConfigureAwait(false);
        }

        while (operations.Count > 0)
        {
            var letGo = LetGoAsync(operations[^1], since);
            operations.RemoveAt(operations.Count - 1);
            await letGo.ConfigureAwait(false);
        }

        foreach (var plugin in plugins)
        {
            var verdict = await loader.UnloadAsync(plugin, CancellationToken.None).ConfigureAwait(false);
            metrics.PluginUnloaded(plugin.Id, verdict.IsDead);
        }
    }

    private async Task LetGoAsync(LiveProvider live, long since)
    {
        live.Entry.Retire();
        await DrainAsync(live.Entry.Drained, live.Entry.Name, since, live.Entry.CutAsync).ConfigureAwait(false);
        await DisposeAsync(live.Container, live.Entry.Name).ConfigureAwait(false);
    }

    private async Task LetGoAsync(LiveOperations live, long since)
    {
        foreach (var entry in live.Entries)
        {
            entry.Retire();
            await DrainAsync(entry.Drained, entry.Name, since).ConfigureAwait(false);
        }

        foreach (var function in live.Functions)
        {
            function.Retire();
            await DrainAsync(function.Drained, function.Name, since).ConfigureAwait(false);
        }

        foreach (var hook in live.Hooks)
        {
            hook.Retire();
            await DrainAsync(hook.Drained, hook.Name, since).ConfigureAwait(false);
        }

        await DisposeAsync(live.Container, live.Plugin.Id).ConfigureAwait(false);
    }

    /// <summary>What is left of the time that calls have, from the moment that another version took over.</summary>
    private TimeSpan Rest(long since)
    {
        var rest = settings.Current.Plugins.DrainTimeout - time.GetElapsedTime(since);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    private async Task DrainAsync(Task drained, string name, long since, Func<Task>? cut = null)
    {
        try
        {
            await drained.WaitAsync(Rest(since), time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            RuntimeLog.StillInUse(logger, name, settings.Current.Plugins.DrainTimeout);
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
