namespace Conductor.PluginLoading;

/// <summary>What differs between the plugin folders and what is loaded.</summary>
/// <param name="New">Plugins that are not loaded.</param>
/// <param name="Changed">Loaded plugins and what lies in their place now; the old one serves until the new one does.</param>
/// <param name="Gone">Loaded plugins whose files were removed.</param>
public sealed record PluginScan(
    IReadOnlyList<PluginCandidate> New,
    IReadOnlyList<(LoadedPlugin Old, PluginCandidate New)> Changed,
    IReadOnlyList<LoadedPlugin> Gone)
{
    /// <summary>True when everything on disk is as it is in memory.</summary>
    public bool IsEmpty => New.Count == 0 && Changed.Count == 0 && Gone.Count == 0;
}
