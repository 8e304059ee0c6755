using Conductor.Calls;
using Conductor.Privacy;
using Conductor.Settings;

namespace Conductor.Hooks;

/// <summary>Which hooks calls go through, worked out once for a catalogue. There is none where nothing is to be looked at, and then calls pay nothing.</summary>
internal sealed class HookPlan
{
    private readonly ConductorSettings _settings;
    private readonly HookLink[] _links;
    private readonly string _fingerprint;

    private HookPlan(ConductorSettings settings, HookLink[] links, string fingerprint)
    {
        _settings = settings;
        _links = links;
        _fingerprint = fingerprint;
    }

    /// <summary>The plan; null where no call goes through any hook.</summary>
    /// <param name="settings">What is configured.</param>
    /// <param name="entries">What live plugins bring.</param>
    public static HookPlan? Build(ConductorSettings settings, IEnumerable<CallHookEntry> entries)
    {
        var live = entries.Where(entry => settings.Hooks.GetValueOrDefault(entry.Name)?.Enabled ?? true).OrderBy(entry => entry.Order).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var missing = settings.Hooks.Where(hook => hook.Value is { Enabled: true, OnFailure: HookFailureRule.Refuse } && !live.Exists(entry => entry.Name == hook.Key)).Select(hook => hook.Key).ToList();
        var isPrivate = settings.Privacy.IsActive || settings.Tenants.Values.Any(tenant => tenant.Privacy.IsActive) || settings.Keys.Any(key => key.Privacy.IsActive);
        return live.Count + missing.Count == 0 && !isPrivate ? null : new HookPlan(
            settings,
            [.. missing.Select(name => new PluginHookLink.Missing(name)), .. live.Select(entry => new PluginHookLink(entry, settings.Hooks.GetValueOrDefault(entry.Name) ?? new HookSettings()))],
            string.Join(';', live.Select(entry => $"{entry.Name}={entry.Fingerprint}")));
    }

    /// <summary>The hooks of one call; null where there are none.</summary>
    public HookChain? For(ModelCall call)
    {
        var tenant = _settings.Tenants.GetValueOrDefault(call.Context.TenantId)?.Privacy ?? PrivacySettings.None;
        var privacy = (call.Context.Key?.Privacy ?? PrivacySettings.None).Over(tenant).Over(_settings.Privacy);
        return privacy.IsActive ? new HookChain(call, [.. _links, new PrivacyLink(privacy)], $"{_fingerprint};{privacy.Prompts};{privacy.Answers};{privacy.Kinds}")
            : _links.Length > 0 ? new HookChain(call, _links, _fingerprint)
            : null;
    }
}
