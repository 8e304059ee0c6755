using System.Runtime.CompilerServices;
using Conductor.PluginLoading;
using Conductor.Plugins;

namespace Conductor.TestKit;

/// <summary>One run of the suite: load, every check on objects of its own, unload.</summary>
/// <remarks>What touches the plugin stands in methods that have ended before it is unloaded; results are text, never an exception of the plugin's.</remarks>
internal static class ConformanceRun
{
    public static async Task<ConformanceReport> RunAsync(PluginUnderTest plugin, CancellationToken cancellationToken)
    {
        var rig = new PluginRig(plugin);
        await using var rigLease = rig.ConfigureAwait(false);
        var results = new List<ConformanceResult>();
        PluginCandidate candidate;
        LoadedPlugin loaded;
        try
        {
            candidate = rig.Loader.Examine(plugin.Path);
        }
        catch (PluginRejectedException rejected)
        {
            return new ConformanceReport([new(PluginConformance.Names.Load, ConformanceOutcome.Failed, rejected.Message)]);
        }

        var report = new ConformanceReport(results) { Manifest = candidate.Manifest, Hash = candidate.Hash };
        try
        {
            loaded = rig.Loader.Load(candidate);
        }
        catch (PluginRejectedException rejected)
        {
            results.Add(new(PluginConformance.Names.Load, ConformanceOutcome.Failed, rejected.Message));
            LeaveOut(results, candidate.Kind);
            return report;
        }

        var capabilities = new SortedSet<string>(StringComparer.Ordinal);
        await UseAsync(rig, loaded, results, capabilities, cancellationToken).ConfigureAwait(false);
        results.Add(await UnloadAsync(rig, loaded, cancellationToken).ConfigureAwait(false));
        return report with { Capabilities = [.. capabilities] };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(PluginRig rig, LoadedPlugin plugin, List<ConformanceResult> results, SortedSet<string> capabilities, CancellationToken cancellationToken)
    {
        results.Add(new(PluginConformance.Names.Load, ConformanceOutcome.Passed, null));
        if (plugin.Kind == PluginKind.Provider)
        {
            foreach (var check in ProviderSuite.Checks)
            {
                results.Add(await RunAsync(check.Name, token => rig.WithProviderAsync(plugin, capabilities, check.RunAsync, token), rig.Plugin, cancellationToken).ConfigureAwait(false));
            }
        }
        else
        {
            foreach (var check in OperationChecks.All)
            {
                results.Add(await RunAsync(check.Name, token => rig.WithOperationsAsync(plugin, capabilities, check.RunAsync, token), rig.Plugin, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<ConformanceResult> RunAsync(string name, Func<CancellationToken, Task> run, PluginUnderTest plugin, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(plugin.CheckLimit);
        try
        {
            // On another thread: a plugin that blocks its caller must not block the suite.
            await Task.Run(() => run(limit.Token), CancellationToken.None).WaitAsync(plugin.CheckLimit + plugin.Patience, cancellationToken).ConfigureAwait(false);
            return new(name, ConformanceOutcome.Passed, null);
        }
        catch (NotOfferedException reason)
        {
            return new(name, ConformanceOutcome.NotOffered, reason.Message);
        }
        catch (CheckFailedException failure)
        {
            return new(name, ConformanceOutcome.Failed, failure.Message);
        }
        catch (PluginFailureException failure)
        {
            return new(name, ConformanceOutcome.Failed, failure.IsAboutSettings ? $"{failure.Message} Give the kit the settings that the plugin needs." : failure.Message);
        }
        catch (Exception late) when (!cancellationToken.IsCancellationRequested && (late is TimeoutException || (late is OperationCanceledException && limit.IsCancellationRequested)))
        {
            return new(name, ConformanceOutcome.Failed, $"The check did not end within {plugin.CheckLimit.TotalSeconds:0.#} s: something in the plugin waits without its cancellation token.");
        }
#pragma warning disable CA1031 // boundary: what a plugin throws becomes a sentence
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new(name, ConformanceOutcome.Failed, Expect.Describe(failure));
        }
    }

    private static async Task<ConformanceResult> UnloadAsync(PluginRig rig, LoadedPlugin plugin, CancellationToken cancellationToken)
    {
        rig.Loader.MarkDraining(plugin);
        var verdict = await rig.Loader.UnloadAsync(plugin, cancellationToken).ConfigureAwait(false);
        return verdict.IsDead
            ? new(PluginConformance.Names.Unload, ConformanceOutcome.Passed, null)
            : new(PluginConformance.Names.Unload, ConformanceOutcome.Failed,
                $"Its code is still in memory after {verdict.Collections} collections: a timer, thread, static event handler, kept object or a call that never came back holds on. "
                + "End in DisposeAsync what was started, take handlers off, and close what was opened; docs/plugins.md lists what leaves memory and what does not.");
    }

    private static void LeaveOut(List<ConformanceResult> results, PluginKind kind)
    {
        var names = kind == PluginKind.Provider ? PluginConformance.ProviderChecks : PluginConformance.OperationChecks;
        results.AddRange(names.Skip(results.Count).Select(name => new ConformanceResult(name, ConformanceOutcome.NotRun, "The plugin was not loaded.")));
    }
}
