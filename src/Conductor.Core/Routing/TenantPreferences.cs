using Conductor.Calls;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>What a tenant prefers where its caller leaves the choice.</summary>
public static class TenantPreferences
{
    /// <summary>The model that a call is made with that names none: `auto` where the tenant has a preference for the operation, else the configured one.</summary>
    /// <param name="settings">The settings in force.</param>
    /// <param name="tenant">Whose call it is.</param>
    /// <param name="operation">`chat`, `embeddings` or the operation's name.</param>
    /// <param name="otherwise">What is configured for everybody.</param>
    public static string ModelOf(ConductorSettings settings, string tenant, string operation, string otherwise)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Tenants.TryGetValue(tenant, out var one) && one.Preferences.ContainsKey(operation) ? "auto" : otherwise;
    }

    /// <summary>The preference for a call that names no model; null where there is none.</summary>
    internal static ModelPreferenceSettings? Of(TenantSettings? tenant, ModelCall call) =>
        tenant is not null && call.Model == "auto" ? tenant.Preferences.GetValueOrDefault(call.OperationName) : null;

    /// <summary>Candidates that meet what the tenant hopes for come before those that miss it; nobody's order changes otherwise.</summary>
    internal static List<RouteHop> Order(TenantSettings? tenant, List<RouteHop> hops) =>
        tenant?.PerformanceTargets is { } targets && hops.Count > 1 ? [.. hops.OrderBy(hop => Misses(targets, hop))] : hops;

    /// <summary>After the first, the providers of the tenant's chain in their order, then all others.</summary>
    internal static List<RouteHop> Chain(TenantSettings? tenant, List<RouteHop> hops)
    {
        if (tenant is not { FallbackChain: { Count: > 0 } chain } || hops.Count < 3)
        {
            return hops;
        }

        return [hops[0], .. hops.Skip(1).OrderBy(hop => Place(chain, hop.Provider.Name))];
    }

    private static int Place(IReadOnlyList<string> chain, string provider)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            if (chain[i] == provider)
            {
                return i;
            }
        }

        return chain.Count;
    }

    private static bool Misses(PerformanceTargetSettings targets, RouteHop hop) =>
        hop.Model.QualityScore < targets.MinQualityScore
        || hop.Provider.Statistics.RecentLatency > targets.MaxLatencyP50
        || 1 - hop.Provider.Statistics.RecentSuccessRate > targets.MaxErrorRate;
}
