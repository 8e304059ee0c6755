using Conductor.Catalog;
using Conductor.PluginLoading;

namespace Conductor.Plugins;

/// <summary>What live plugins are said to be on account of how they behave.</summary>
internal static class PluginConduct
{
    /// <summary>The statuses, those plugins faulted of which a provider or an operation is quarantined.</summary>
    public static IReadOnlyList<PluginStatus> Say(IReadOnlyList<PluginStatus> statuses, CatalogSnapshot catalog)
    {
        var quarantined = catalog.Providers.Values.Where(provider => provider.Quarantine.IsClosed).ToList();
        var operations = catalog.Operations.Values.Where(operation => operation.Quarantine.IsClosed).ToList();
        return quarantined.Count + operations.Count == 0 ? statuses : [.. statuses.Select(Judge)];

        PluginStatus Judge(PluginStatus status) =>
            status is { Kind: PluginKind.Operation, State: PluginState.Active }
            && operations.Find(operation => operation.PluginId == status.Id) is { } operation
            && operation.Quarantine.Describe() is { } why
                ? status with { State = PluginState.Faulted, Reason = $"Operation '{operation.Name}' is {why}." }
            : status is { Kind: PluginKind.Provider, State: PluginState.Active }
            && quarantined.Find(provider => provider.PluginId == status.Id) is { } provider
            && provider.Quarantine.Describe() is { } words
                ? status with { State = PluginState.Faulted, Reason = $"Provider '{provider.Name}' is {words}." }
                : status;
    }

    /// <summary>Every provider and operation, and whether it is quarantined.</summary>
    public static IReadOnlyCollection<(string Kind, string Name, bool IsQuarantined)> Quarantines(CatalogSnapshot catalog) =>
    [
        .. catalog.Providers.Values.Select(provider => ("provider", provider.Name, provider.Quarantine.IsClosed)),
        .. catalog.Operations.Values.Select(operation => ("operation", operation.Name, operation.Quarantine.IsClosed)),
    ];

    /// <summary>Lets every provider and operation out of its quarantine.</summary>
    public static void Forgive(CatalogSnapshot catalog)
    {
        foreach (var provider in catalog.Providers.Values)
        {
            provider.Quarantine.Release();
        }

        foreach (var operation in catalog.Operations.Values)
        {
            operation.Quarantine.Release();
        }
    }
}
