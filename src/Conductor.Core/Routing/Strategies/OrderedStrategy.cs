namespace Conductor.Routing.Strategies;

/// <summary>As written.</summary>
internal sealed class OrderedStrategy : IRoutingStrategy
{
    public string Name => "ordered";

    public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context) =>
        [.. candidates.Select((candidate, index) => new RouteScore(candidate, -index, $"number {index + 1} as written"))];
}
