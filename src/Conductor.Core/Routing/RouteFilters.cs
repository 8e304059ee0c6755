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

        if (!IsAllowed(settings.Tenants.GetValueOrDefault(call.Context.TenantId)?.Models, call.Model, target)
            || !IsAllowed(settings.Defaults.AllowedModels, call.Model, target)
            || (settings.Defaults.AllowedProviders.Count > 0 && !settings.Defaults.AllowedProviders.Contains(provider)))
        {
            return NotAllowed;
        }

        if (constraints.ForcedProvider is { } forced && forced != provider)
        {
            return $"the request asks for provider {forced}";
        }

        if (constraints.ExcludedProviders.Contains(provider))
        {
            return "excluded by the request";
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

    // An allow-list names aliases or provider/model, with `*` at the end as wildcard. What the alias leads to is then allowed too.
    private static bool IsAllowed(IReadOnlyList<string>? allowed, string requested, Target target) =>
        allowed is null or { Count: 0 } || allowed.Any(pattern => Matches(pattern, requested) || Matches(pattern, target.Id));

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;
}
