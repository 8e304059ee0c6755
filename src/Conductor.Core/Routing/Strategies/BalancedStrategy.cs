using System.Globalization;

namespace Conductor.Routing.Strategies;

/// <summary>Cost, quality, speed and reliability together.</summary>
internal sealed class BalancedStrategy : IRoutingStrategy
{
    public string Name => "balanced";

    public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context)
    {
        var dearest = candidates.Max(candidate => (double?)candidate.EstimatedCost?.Value) ?? 0;
        return [.. candidates.Select(candidate =>
        {
            var cheapness = candidate.EstimatedCost is not { } cost ? 0 : dearest <= 0 ? 1 : 1 - ((double)cost.Value / dearest);
            var score = (0.4 * cheapness) + (0.3 * CandidateScores.Quality(candidate))
                + (0.1 * CandidateScores.Speed(candidate)) + (0.2 * CandidateScores.Reliability(candidate));
            return new RouteScore(candidate, score, string.Create(
                CultureInfo.InvariantCulture, $"balanced {score:F2} (cheapness {cheapness:F2}, quality {CandidateScores.Quality(candidate):F2})"));
        })];
    }
}
