namespace Conductor.Routing.Strategies;

/// <summary>Scores from 0 to 1 that several strategies weigh.</summary>
internal static class CandidateScores
{
    // What nobody has said or measured counts as middling: neither a reward nor a punishment for being new.
    private const double Unknown = 0.5;

    public static double Quality(RouteCandidate candidate) => candidate.Model.QualityScore ?? Unknown;

    /// <summary>1 at once, one half at one second.</summary>
    public static double Speed(RouteCandidate candidate) => candidate.RecentLatency is { } latency ? 1 / (1 + latency.TotalSeconds) : Unknown;

    public static double Reliability(RouteCandidate candidate) => candidate.RecentSuccessRate ?? 1;
}
