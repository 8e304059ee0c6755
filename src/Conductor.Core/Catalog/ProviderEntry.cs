using Conductor.ProviderKeys;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Catalog;

/// <summary>A live provider in the catalogue.</summary>
/// <param name="name">The name in the configuration.</param>
/// <param name="pluginId">The plugin it comes from.</param>
/// <param name="provider">The plugin's object.</param>
/// <param name="settings">Its entry in the configuration.</param>
/// <param name="models">What it listed, and what its settings name.</param>
#pragma warning disable CA1001 // its source of cancellation has no timer and no link: there is nothing to dispose, and calls may outlive the catalogue's hold
public sealed class ProviderEntry(string name, string pluginId, IModelProvider provider, ProviderSettings settings, IReadOnlyList<ModelDescriptor> models)
    : Leased<IModelProvider>(provider)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _cutting = new();

    public string Name { get; } = name;

    public string PluginId { get; } = pluginId;

    public ProviderSettings Settings { get; } = settings;

    public IReadOnlyList<ModelDescriptor> Models { get; set; } = models;

    /// <summary>False while it could not be asked for its models; those above are then what is known without it.</summary>
    public bool IsListed { get; set; } = true;

    /// <summary>Latency, success and the last error, from real traffic.</summary>
    public ProviderStatistics Statistics { get; init; } = new();

    /// <summary>Whether its plugin's own faults keep calls away from it.</summary>
    public Quarantine Quarantine { get; init; } = new(new QuarantineSettings(), TimeProvider.System);

    /// <summary>How each of its keys stands, in their order; empty where it has none.</summary>
    public IReadOnlyList<ProviderKeyStatus> KeyStatuses => Keys?.Statuses() ?? [];

    /// <summary>The keys that its attempts are made with; null where it has none.</summary>
    public ProviderKeyRing? Keys { get; init; }

    /// <summary>Cancelled when calls in flight are not waited for any longer.</summary>
    public CancellationToken Cutting => _cutting.Token;

    /// <summary>Ends the calls in flight: the drain took too long. Streams end with an error.</summary>
    public Task CutAsync() => _cutting.CancelAsync();

    /// <summary>Attempts whose plugin has not come back from the first part of its work, the one that holds a thread.</summary>
    internal int Starting;

    /// <summary>Only under a lease.</summary>
    public IModelProvider Provider => Value;
}
