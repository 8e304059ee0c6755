using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>Makes the plan of a call: a function of the call, the catalogue, the time and a number drawn once. It never throws.</summary>
/// <param name="strategies">How candidates may be ordered.</param>
/// <param name="time">Tells which prices are in force.</param>
public sealed class Router(IEnumerable<IRoutingStrategy> strategies, TimeProvider time)
{
    private readonly Dictionary<string, IRoutingStrategy> _strategies = strategies.ToDictionary(strategy => strategy.Name);

    /// <summary>Names that `strategy:` may give.</summary>
    public IReadOnlyCollection<string> StrategyNames => _strategies.Keys;

    /// <summary>The candidates in order, and why each was taken or refused.</summary>
    /// <param name="call">The call.</param>
    /// <param name="catalog">What can be called now.</param>
    /// <param name="draw">0 to 1, drawn once per request, for strategies that share out by chance.</param>
    public RoutePlan Plan(ModelCall call, CatalogSnapshot catalog, double draw)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(catalog);
        var need = RouteNeed.Of(call, catalog);
        var tenant = catalog.Settings.Tenants.GetValueOrDefault(call.Context.TenantId);
        var names = new ModelNames(catalog, need, tenant, call.Constraints.ForcedProvider);
        var resolution = TenantPreferences.Of(tenant, call) is { } preference
            ? names.Prefer(preference, targets => Best(call, catalog, need, preference.RoutingStrategy, targets, draw))
            : names.Resolve(call.Model);
        if (resolution.Targets.Count == 0 && resolution.Fallbacks.Count == 0)
        {
            return new RoutePlan([], [], resolution.Route) { Refusal = RouteRefusals.NobodyKnows(call, catalog, need) };
        }

        List<RouteDecision> decisions = [];
        var needsCost = call.Constraints.MaxCost is not null || (resolution.Targets.Count > 1 && resolution.Strategy is not ("ordered" or "weighted"));
        long? input = needsCost ? UsageEstimator.InputTokens(call) : null; // reading 20 KB for it would cost as much as all the rest of routing
        var first = Take(call, catalog, need, resolution.Targets, input, decisions);
        var rest = Take(call, catalog, need, resolution.Fallbacks, input, decisions);
        var context = new RoutingContext { TenantId = call.Context.TenantId, Operation = need.Operation, Draw = draw };
        var hops = Order(first, resolution.Strategy, context, need, decisions);
        if (resolution.Strategy != "ordered")
        {
            hops = TenantPreferences.Order(tenant, hops);
        }

        if (resolution.Route == "auto")
        {
            hops = TenantPreferences.Chain(tenant, hops);
        }

        hops.AddRange(Order(rest, "ordered", context, need, decisions));
        hops = Prefer(call.Constraints, hops);

        hops = Distinct(hops);
        return new RoutePlan(hops, decisions, resolution.Route)
        {
            Refusal = hops.Count > 0 ? null : RouteRefusals.AllRefused(call, need, decisions),
        };
    }

    private Target Best(ModelCall call, CatalogSnapshot catalog, RouteNeed need, string strategy, IReadOnlyList<Target> targets, double draw)
    {
        List<RouteDecision> unheard = [];
        var candidates = Take(call, catalog, need, targets, UsageEstimator.InputTokens(call), unheard);
        var context = new RoutingContext { TenantId = call.Context.TenantId, Operation = need.Operation, Draw = draw };
        var hops = TenantPreferences.Order(catalog.Settings.Tenants.GetValueOrDefault(call.Context.TenantId), Order(candidates, strategy, context, need, unheard));
        return hops.Count == 0 ? targets[0] : targets.First(target => target.Id == hops[0].Id);
    }

    private static List<RouteHop> Distinct(List<RouteHop> hops)
    {
        if (hops.Count <= 1)
        {
            return hops;
        }

        List<RouteHop> distinct = [];
        foreach (var hop in hops)
        {
            if (distinct.TrueForAll(taken => taken.Id != hop.Id))
            {
                distinct.Add(hop);
            }
        }

        return distinct;
    }

    private List<Candidate> Take(
        ModelCall call, CatalogSnapshot catalog, RouteNeed need, IReadOnlyList<Target> targets, long? inputTokens, List<RouteDecision> decisions)
    {
        List<Candidate> taken = [];
        var now = time.GetUtcNow();
        foreach (var target in targets)
        {
            var price = catalog.Prices.Find(target.Provider.Name, target.Model.Id, now) ?? target.Model.Price;
            var hop = new RouteHop(target.Provider, target.Model, price);
            var cost = inputTokens is { } tokens ? CostEstimator.WorstCase(hop, tokens, MaxOutputTokens(call, need)) : null;
            if (RouteFilters.WhyNot(call, catalog.Settings, need, target, cost) is { } reason)
            {
                decisions.Add(new RouteDecision(target.Id, IsTaken: false, reason));
                continue;
            }

            var candidate = new RouteCandidate
            {
                Provider = target.Provider.Name,
                Model = target.Model,
                Weight = target.Weight,
                EstimatedCost = cost,
                RecentLatency = target.Provider.Statistics.RecentLatency ?? TenantModels.Find(target.Provider, target.Model.Id, catalog.Settings.Tenants.GetValueOrDefault(call.Context.TenantId))?.AverageLatency,
                RecentSuccessRate = target.Provider.Statistics.RecentSuccessRate,
            };
            taken.Add(new Candidate(hop, candidate));
        }

        return taken;
    }

    private static int? MaxOutputTokens(ModelCall call, RouteNeed need) => call switch
    {
        _ when need.Capability == ModelCapabilities.Embeddings => 0,
        OperationCall operation => operation.MaxTokens,
        ChatCall { Body: { } body } => body.Peek.MaxTokens,
        ChatCall chat => chat.Request.Options.MaxOutputTokens,
        _ => null,
    };

    private List<RouteHop> Order(
        List<Candidate> candidates, string strategyName, RoutingContext context, RouteNeed need, List<RouteDecision> decisions)
    {
        if (candidates.Count == 0)
        {
            return [];
        }

        var strategy = _strategies.GetValueOrDefault(strategyName) ?? _strategies["ordered"];
        var scores = Score(strategy, [.. candidates.Select(candidate => candidate.Route)], context);
        if (candidates is [var only] && scores is [var word] && ReferenceEquals(word.Candidate, only.Route))
        {
            Decide(only, word.Reason); // the common case: a name that means one target
            return [only.Hop];
        }

        var scored = candidates
            .Select(candidate => (candidate, score: scores.FirstOrDefault(score => ReferenceEquals(score.Candidate, candidate.Route))
                ?? new RouteScore(candidate.Route, double.NegativeInfinity, $"strategy '{strategyName}' said nothing of it")))
            .OrderByDescending(pair => need.IsNative(pair.candidate.Hop.Model)) // an engine made for the operation goes before a model that is told to do it
            .ThenByDescending(pair => pair.score.Score)
            .ToList();
        foreach (var (candidate, score) in scored)
        {
            Decide(candidate, score.Reason);
        }

        return [.. scored.Select(pair => pair.candidate.Hop)];

        void Decide(Candidate candidate, string why) => decisions.Add(new RouteDecision(
            candidate.Hop.Id, IsTaken: true, need.IsNative(candidate.Hop.Model) ? $"runs {need.Operation} itself; {why}" : why));
    }

    // A strategy may be a plugin's. One that fails costs the call its order, never the call.
    private static IReadOnlyList<RouteScore> Score(IRoutingStrategy strategy, IReadOnlyList<RouteCandidate> candidates, RoutingContext context)
    {
        try
        {
            return strategy.Score(candidates, context) ?? [];
        }
#pragma warning disable CA1031 // boundary: a strategy's own failure, whatever it is, leaves the candidates as they were written
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var reason = $"as written: strategy '{strategy.Name}' failed with {failure.GetType().Name}";
            return [.. candidates.Select(candidate => new RouteScore(candidate, 0, reason))];
        }
    }

    private static List<RouteHop> Prefer(CallConstraints constraints, List<RouteHop> hops)
    {
        if (constraints.PreferredProviders.Count == 0 && constraints.MaxLatency is null)
        {
            return hops;
        }

        int Preference(RouteHop hop)
        {
            for (var i = 0; i < constraints.PreferredProviders.Count; i++)
            {
                if (constraints.PreferredProviders[i] == hop.Provider.Name)
                {
                    return i;
                }
            }

            return int.MaxValue;
        }

        return [.. hops
            .OrderBy(hop => constraints.MaxLatency is { } most && hop.Provider.Statistics.RecentLatency > most)
            .ThenBy(Preference)];
    }

    private sealed record Candidate(RouteHop Hop, RouteCandidate Route);
}
