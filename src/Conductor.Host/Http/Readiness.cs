using Conductor.Host.Composition;
using Conductor.PluginLoading;
using Conductor.Storage;

namespace Conductor.Host.Http;

/// <summary>Whether requests can be served, and why not.</summary>
internal sealed class Readiness(IConductor conductor, HostSettings settings, LedgerWriter ledger, DrainGate drain)
{
    /// <summary>Sentences for the operator; empty when ready. They hold no secrets, because everybody may read them.</summary>
    public IReadOnlyList<string> WhyNot()
    {
        var reasons = new List<string>();
        if (drain.IsDraining)
        {
            reasons.Add("shutting down");
        }

        if (settings.Problems.Count > 0)
        {
            reasons.Add($"the configuration on disk has {settings.Problems.Count} mistakes; the last good one is in force ('conductor config validate' lists them)");
        }

        if (!conductor.Plugins.Any(plugin => plugin.State == PluginState.Active))
        {
            reasons.Add("no plugin is active (GET /v1/plugins says why)");
        }

        if (ledger.IsFull || ledger.Problem is not null)
        {
            reasons.Add("the ledger cannot be written");
        }

        return reasons;
    }
}
