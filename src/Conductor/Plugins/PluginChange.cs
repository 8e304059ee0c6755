using Conductor.PluginLoading;

namespace Conductor.Plugins;

/// <summary>What one look into the folders or the settings changes, while it is being worked out.</summary>
internal sealed class PluginChange
{
    /// <summary>Providers that are new, their models not yet asked for.</summary>
    public List<LiveProvider> Added { get; } = [];

    /// <summary>Plugins whose time is over.</summary>
    public List<LoadedPlugin> Leaving { get; } = [];

    /// <summary>New plugin to the one in whose place it stands.</summary>
    public Dictionary<LoadedPlugin, LoadedPlugin> Replaced { get; } = [];

    /// <summary>Ids of plugins at work of which a new version was not loaded.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>Plugins that could not make what they offer.</summary>
    public Dictionary<LoadedPlugin, (string Reason, bool IsAboutSettings)> Failed { get; } = [];

    /// <summary>Plugins that nobody asked for and that need settings.</summary>
    public Dictionary<LoadedPlugin, string> Unused { get; } = [];

    /// <summary>Providers that leave the catalogue.</summary>
    public List<LiveProvider> Providers { get; } = [];

    /// <summary>Operations that leave the catalogue.</summary>
    public List<LiveOperations> Operations { get; } = [];

    /// <summary>The first failure is told; a fault of the plugin's own outweighs a mistake in the settings.</summary>
    public void Fail(LoadedPlugin plugin, string reason, bool isAboutSettings)
    {
        if (!Failed.TryGetValue(plugin, out var before) || (before.IsAboutSettings && !isAboutSettings))
        {
            Failed[plugin] = (reason, isAboutSettings);
        }
    }
}
