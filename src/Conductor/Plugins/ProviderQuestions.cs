using System.Net.Sockets;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Asks providers what they list and how they are. An answer that does not come in time is an answer, too.</summary>
internal sealed class ProviderQuestions(TimeProvider time, ILogger<ProviderQuestions> logger)
{
    private readonly PluginQuestion _question = new(time);

    /// <summary>Asks for the models and puts them, with what the catalogue knows of each, into the providers' entries.</summary>
    public async Task ListModelsAsync(IEnumerable<LiveProvider> providers, ConductorSettings settings, CancellationToken cancellationToken)
    {
        var catalog = PriceCatalogBuilder.Build(settings);
        await Task.WhenAll(providers.Select(async live =>
        {
            // A provider that cannot say now is taken at its last word: an upstream that restarts must not take its models out of every list.
            var said = await ListAsync(live.Entry, cancellationToken).ConfigureAwait(false);
            live.Entry.IsListed = said is not null;
            var listed = said ?? (live.Entry.Models.Count > 0 ? live.Entry.Models : null);
            live.Entry.Models = ModelLists.Merge(live.Entry.Name, live.Entry.Settings, listed, catalog);
        })).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ModelDescriptor>?> ListAsync(ProviderEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await _question.AskAsync(entry, static (provider, token) => provider.ListModelsAsync(token), cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a provider that cannot list can still be called by name
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Told once; it is asked again every few seconds.
            if (entry.IsListed)
            {
                RuntimeLog.NotListed(logger, entry.Name, failure is ProviderException or PluginQuestionException or TimeoutException ? failure.Message : failure.GetType().Name);
            }

            return null;
        }
    }

    /// <summary>Asks for a verdict and puts it into the entry's statistics.</summary>
    /// <returns>What the plugin's own code did wrong, as the end of a sentence; null when it gave a verdict, or its upstream kept it from one.</returns>
    public async Task<string?> CheckAsync(ProviderEntry entry, CancellationToken cancellationToken)
    {
        ProviderHealth health;
        string? fault = null;
        try
        {
            health = await _question.AskAsync(entry, static (provider, token) => provider.CheckHealthAsync(token), cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a check that fails is a verdict
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            fault = failure is PluginQuestionException ? failure.Message : IsUpstreams(failure) ? null : $"threw {failure.GetType().Name}";
            health = new ProviderHealth(ProviderHealthStatus.Unhealthy, failure is TimeoutException or OperationCanceledException ? "no answer in time" : fault ?? failure.GetType().Name);
        }

        entry.Statistics.Checked(health, time.GetUtcNow());
        return fault;
    }

    // A check reports failure as a value; one that lets its upstream's failure through all the same says nothing of its code.
    private static bool IsUpstreams(Exception failure) =>
        failure is ProviderException { Kind: not ProviderErrorKind.PluginFault } or HttpRequestException or IOException or SocketException or TimeoutException
            or OperationCanceledException { InnerException: TimeoutException } or ObjectDisposedException;
}
