using Conductor.Catalog;
using Conductor.Hooks;
using Conductor.PluginLoading;
using Conductor.Prompts;
using Conductor.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>A provider at work: its place in the catalogue, its container, and the plugin it comes from.</summary>
internal sealed record LiveProvider(ProviderEntry Entry, ServiceProvider Container, LoadedPlugin Plugin)
{
    /// <summary>Whether this is still what the settings and the plugin folder ask for.</summary>
    public bool IsStill(LoadedPlugin plugin, ProviderSettings settings) =>
        ReferenceEquals(Plugin, plugin) && Entry.Settings.Fingerprint == settings.Fingerprint;
}

/// <summary>An operation plugin at work.</summary>
internal sealed record LiveOperations(
    IReadOnlyList<OperationEntry> Entries, IReadOnlyList<PromptFunctionEntry> Functions, IReadOnlyList<CallHookEntry> Hooks, ServiceProvider Container, LoadedPlugin Plugin);
