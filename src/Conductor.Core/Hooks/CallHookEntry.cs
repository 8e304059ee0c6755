using Conductor.Catalog;
using Conductor.Settings;

namespace Conductor.Hooks;

/// <summary>A live hook in the catalogue.</summary>
/// <param name="hook">The plugin's object.</param>
/// <param name="pluginId">The plugin it comes from.</param>
/// <param name="fingerprint">Changes when the plugin's code does.</param>
public sealed class CallHookEntry(ICallHook hook, string pluginId, string fingerprint) : Leased<ICallHook>(hook)
{
    /// <summary>Its name in the configuration.</summary>
    public string Name { get; } = hook.Name;

    /// <summary>Its place among the hooks.</summary>
    public int Order { get; } = hook.Order;

    /// <summary>The plugin it comes from.</summary>
    public string PluginId { get; } = pluginId;

    /// <summary>Changes when the plugin's code does.</summary>
    public string Fingerprint { get; } = fingerprint;

    /// <summary>Whether its own faults keep calls away from it.</summary>
    public Quarantine Quarantine { get; init; } = new(new QuarantineSettings(), TimeProvider.System);

    /// <summary>The clock that its time is measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of each fault of its code: what it was, as a sentence, and for how long calls are kept away from now on, null when nothing changed.</summary>
    public Action<CallHookEntry, string, TimeSpan?>? Faulted { get; init; }

    /// <summary>Told when a probe has let it out of its quarantine.</summary>
    public Action<CallHookEntry>? LetOut { get; init; }

    /// <summary>Only under a lease.</summary>
    internal ICallHook Hook => Value;

    /// <summary>Counts a fault of its code.</summary>
    internal void Fault(string what)
    {
        var time = Quarantine.Fault(what);
        Faulted?.Invoke(this, what, time);
    }
}
