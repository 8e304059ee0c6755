namespace Conductor.Routing.Strategies;

/// <summary>The cheapest first; an unknown price goes last.</summary>
internal sealed class CostStrategy : IRoutingStrategy
{
    public string Name => "cost_optimized";

    public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context) =>
        [.. candidates.Select(candidate => candidate.EstimatedCost is { } cost
            ? new RouteScore(candidate, -(double)cost.Value, $"at most {cost} USD")
            : new RouteScore(candidate, double.NegativeInfinity, "its price is unknown"))];
}
