using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>A live provider in the catalogue.</summary>
/// <param name="name">The name in the configuration.</param>
/// <param name="pluginId">The plugin it comes from.</param>
/// <param name="provider">The plugin's object.</param>
/// <param name="settings">Its entry in the configuration.</param>
/// <param name="models">What it listed, and what its settings name.</param>
public sealed class ProviderEntry(string name, string pluginId, IModelProvider provider, ProviderSettings settings, IReadOnlyList<ModelDescriptor> models)
    : Leased<IModelProvider>(provider)
{
    public string Name { get; } = name;

    public string PluginId { get; } = pluginId;

    public ProviderSettings Settings { get; } = settings;

    public IReadOnlyList<ModelDescriptor> Models { get; set; } = models;

    /// <summary>False while it could not be asked for its models; those above are then what is known without it.</summary>
    public bool IsListed { get; set; } = true;

    /// <summary>Latency, success and the last error, from real traffic.</summary>
    public ProviderStatistics Statistics { get; init; } = new();

    /// <summary>Only under a lease.</summary>
    public IModelProvider Provider => Value;
}
