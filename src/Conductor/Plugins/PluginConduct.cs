using Conductor.Catalog;
using Conductor.PluginLoading;

namespace Conductor.Plugins;

/// <summary>What live plugins are said to be on account of how they behave.</summary>
internal static class PluginConduct
{
    /// <summary>The statuses, those plugins faulted of which a provider, an operation, a prompt function or a hook is quarantined.</summary>
    public static IReadOnlyList<PluginStatus> Say(IReadOnlyList<PluginStatus> statuses, CatalogSnapshot catalog)
    {
        var quarantined = catalog.Providers.Values.Where(provider => provider.Quarantine.IsClosed).ToList();
        var operations = catalog.Operations.Values.Where(operation => operation.Quarantine.IsClosed).ToList();
        var functions = catalog.Functions.OfPlugins.Where(function => function.Quarantine.IsClosed).ToList();
        var hooks = catalog.Hooks.Where(hook => hook.Quarantine.IsClosed).ToList();
        return quarantined.Count + operations.Count + functions.Count + hooks.Count == 0 ? statuses : [.. statuses.Select(Judge)];

        PluginStatus Judge(PluginStatus status) =>
            status is { Kind: PluginKind.Operation, State: PluginState.Active }
            && operations.Find(operation => operation.PluginId == status.Id) is { } operation
            && operation.Quarantine.Describe() is { } why
                ? status with { State = PluginState.Faulted, Reason = $"Operation '{operation.Name}' is {why}." }
            : status is { Kind: PluginKind.Operation, State: PluginState.Active }
            && functions.Find(function => function.PluginId == status.Id) is { } function
            && function.Quarantine.Describe() is { } said
                ? status with { State = PluginState.Faulted, Reason = $"Prompt function '{function.DisplayName}' is {said}." }
            : status is { Kind: PluginKind.Operation, State: PluginState.Active }
            && hooks.Find(hook => hook.PluginId == status.Id) is { } hook
            && hook.Quarantine.Describe() is { } told
                ? status with { State = PluginState.Faulted, Reason = $"Hook '{hook.Name}' is {told}." }
            : status is { Kind: PluginKind.Provider, State: PluginState.Active }
            && quarantined.Find(provider => provider.PluginId == status.Id) is { } provider
            && provider.Quarantine.Describe() is { } words
                ? status with { State = PluginState.Faulted, Reason = $"Provider '{provider.Name}' is {words}." }
                : status;
    }

    /// <summary>Every provider, operation, plugin's prompt function and hook, and whether it is quarantined.</summary>
    public static IReadOnlyCollection<(string Kind, string Name, bool IsQuarantined)> Quarantines(CatalogSnapshot catalog) =>
    [
        .. catalog.Providers.Values.Select(provider => ("provider", provider.Name, provider.Quarantine.IsClosed)),
        .. catalog.Operations.Values.Select(operation => ("operation", operation.Name, operation.Quarantine.IsClosed)),
        .. catalog.Functions.OfPlugins.Select(function => ("function", function.DisplayName, function.Quarantine.IsClosed)),
        .. catalog.Hooks.Select(hook => ("hook", hook.Name, hook.Quarantine.IsClosed)),
    ];

    /// <summary>Lets every provider, operation, prompt function and hook out of its quarantine.</summary>
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

        foreach (var function in catalog.Functions.OfPlugins)
        {
            function.Quarantine.Release();
        }

        foreach (var hook in catalog.Hooks)
        {
            hook.Quarantine.Release();
        }
    }
}
