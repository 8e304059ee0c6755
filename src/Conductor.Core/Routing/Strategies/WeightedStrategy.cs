using System.Globalization;

namespace Conductor.Routing.Strategies;

/// <summary>One candidate is drawn by its weight and goes first; the others follow from the heaviest down.</summary>
internal sealed class WeightedStrategy : IRoutingStrategy
{
    public string Name => "weighted";

    public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context)
    {
        var total = candidates.Sum(candidate => candidate.Weight);
        var drawn = Draw(candidates, context.Draw * total);
        return [.. candidates.Select(candidate => ReferenceEquals(candidate, drawn)
            ? new RouteScore(candidate, total + 1, string.Create(CultureInfo.InvariantCulture, $"drawn by weight {candidate.Weight} of {total}"))
            : new RouteScore(candidate, candidate.Weight, string.Create(CultureInfo.InvariantCulture, $"weight {candidate.Weight} of {total}")))];
    }

    private static RouteCandidate? Draw(IReadOnlyList<RouteCandidate> candidates, double point)
    {
        foreach (var candidate in candidates)
        {
            point -= candidate.Weight;
            if (point < 0)
            {
                return candidate;
            }
        }

        return candidates.LastOrDefault(candidate => candidate.Weight > 0);
    }
}
