using Conductor.Catalog;
using Conductor.PluginLoading;

namespace Conductor.Plugins;

/// <summary>What live plugins are said to be on account of how they behave.</summary>
internal static class PluginConduct
{
    /// <summary>The statuses, those plugins faulted of which a provider is quarantined.</summary>
    public static IReadOnlyList<PluginStatus> Say(IReadOnlyList<PluginStatus> statuses, CatalogSnapshot catalog)
    {
        var quarantined = catalog.Providers.Values.Where(provider => provider.Quarantine.IsClosed).ToList();
        return quarantined.Count == 0 ? statuses : [.. statuses.Select(Judge)];

        PluginStatus Judge(PluginStatus status) =>
            status is { Kind: PluginKind.Provider, State: PluginState.Active }
            && quarantined.Find(provider => provider.PluginId == status.Id) is { } provider
            && provider.Quarantine.Describe() is { } words
                ? status with { State = PluginState.Faulted, Reason = $"Provider '{provider.Name}' is {words}." }
                : status;
    }

    /// <summary>Lets every provider out of its quarantine.</summary>
    public static void Forgive(CatalogSnapshot catalog)
    {
        foreach (var provider in catalog.Providers.Values)
        {
            provider.Quarantine.Release();
        }
    }
}
