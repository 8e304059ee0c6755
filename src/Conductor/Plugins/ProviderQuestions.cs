using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

/// <summary>Asks providers what they list and how they are. An answer that does not come in time is an answer, too.</summary>
internal sealed class ProviderQuestions(TimeProvider time, ILogger<ProviderQuestions> logger)
{
    // A provider that does not answer must not hold up the start; the refresh asks again.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

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
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await entry.Provider.ListModelsAsync(linked.Token).WaitAsync(linked.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a provider that cannot list can still be called by name
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Told once; it is asked again every few seconds.
            if (entry.IsListed)
            {
                RuntimeLog.NotListed(logger, entry.Name, failure is ProviderException ? failure.Message : failure.GetType().Name);
            }

            return null;
        }
    }

    /// <summary>Asks for a verdict and puts it into the entry's statistics.</summary>
    public async Task CheckAsync(ProviderEntry entry, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
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
}
