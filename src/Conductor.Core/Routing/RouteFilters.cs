using Conductor.Calls;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>The rules that take a candidate out of a plan, each with its reason.</summary>
internal static class RouteFilters
{
    public const string NotAllowed = "not allowed for this key";

    public static string? WhyNot(ModelCall call, ConductorSettings settings, RouteNeed need, Target target, NanoUsd? cost)
    {
        var constraints = call.Constraints;
        var provider = target.Provider.Name;
        if (need.WhyNot(target.Model) is { } cannot)
        {
            return cannot;
        }

        if (TenantModels.IsOfOthers(settings, settings.Tenants.GetValueOrDefault(call.Context.TenantId), target.Provider, target.Model.Id))
        {
            return NotAllowed;
        }

        if (!IsAllowed(settings, call.Context.TenantId, call.Context.Key, call.Model, target.Id, provider))
        {
            return NotAllowed;
        }

        if (constraints.ForcedProvider is { } forced && forced != provider)
        {
            return NotForced(forced);
        }

        if (constraints.ExcludedProviders.Contains(provider))
        {
            return "excluded by the request";
        }

        if (target.Provider.Quarantine.WhyNot() is { } quarantined)
        {
            return quarantined;
        }

        if (constraints.MaxCost is { } most && (cost is null || cost > most))
        {
            return cost is null ? "its price is unknown and the request sets max_cost_cents" : $"may cost {cost} USD, above max_cost_cents";
        }

        if (constraints.RequiredQualityScore is { } least && !(target.Model.QualityScore >= least))
        {
            return target.Model.QualityScore is null ? "its quality is unknown and the request sets required_quality_score" : "below required_quality_score";
        }

        return null;
    }

    public static string NotForced(string forced) => $"the request asks for provider {forced}";

    /// <summary>Whether the lists of the key, of its tenant and of `defaults:` let a name lead to a target.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="tenant">Who asks; null = whoever no tenant's list binds.</param>
    /// <param name="key">With which key; null = without one.</param>
    /// <param name="requested">The name that is asked for.</param>
    /// <param name="target">provider/model that it leads to.</param>
    /// <param name="provider">The target's provider.</param>
    public static bool IsAllowed(ConductorSettings settings, string? tenant, CallerKeySettings? key, string requested, string target, string provider) =>
        IsListed(key?.Models, requested, target)
        && IsListed(tenant is null ? null : settings.Tenants.GetValueOrDefault(tenant)?.Models, requested, target)
        && IsListed(settings.Defaults.AllowedModels, requested, target)
        && (settings.Defaults.AllowedProviders.Count == 0 || settings.Defaults.AllowedProviders.Contains(provider));

    /// <summary>Whether the lists of the key, of its tenant and of `defaults:` hold a name as it stands.</summary>
    public static bool IsNameAllowed(ConductorSettings settings, string tenant, CallerKeySettings? key, string name) =>
        IsListed(key?.Models, name, name) && IsListed(settings.Tenants.GetValueOrDefault(tenant)?.Models, name, name) && IsListed(settings.Defaults.AllowedModels, name, name);

    // An allow-list names aliases or provider/model, with `*` at the end as wildcard. What the alias leads to is then allowed too.
    private static bool IsListed(IReadOnlyList<string>? allowed, string requested, string target) =>
        allowed is null or { Count: 0 } || allowed.Any(pattern => Matches(pattern, requested) || Matches(pattern, target));

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;
}
