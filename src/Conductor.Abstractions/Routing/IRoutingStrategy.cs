namespace Conductor.Routing;

/// <summary>Puts the candidates of a call in order. A pure function: the same candidates and context give the same order.</summary>
public interface IRoutingStrategy
{
    /// <summary>The name that `strategy:` gives in `models.yaml`.</summary>
    string Name { get; }

    /// <summary>Scores every candidate; the plan takes them from the highest score down, ties in the order given.</summary>
    IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context);
}
