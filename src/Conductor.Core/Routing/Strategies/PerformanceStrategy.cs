using System.Globalization;

namespace Conductor.Routing.Strategies;

/// <summary>Quality first, then speed and reliability of the recent calls.</summary>
internal sealed class PerformanceStrategy : IRoutingStrategy
{
    public string Name => "performance_optimized";

    public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context) =>
        [.. candidates.Select(candidate =>
        {
            var score = (0.6 * CandidateScores.Quality(candidate)) + (0.2 * CandidateScores.Speed(candidate)) + (0.2 * CandidateScores.Reliability(candidate));
            return new RouteScore(candidate, score, string.Create(CultureInfo.InvariantCulture, $"performance {score:F2}"));
        })];
}
