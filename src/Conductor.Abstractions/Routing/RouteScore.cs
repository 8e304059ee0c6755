namespace Conductor.Routing;

/// <summary>A strategy's word on one candidate.</summary>
/// <param name="Candidate">The candidate.</param>
/// <param name="Score">Higher goes first.</param>
/// <param name="Reason">One short phrase for people, for example `lowest estimated cost`.</param>
public sealed record RouteScore(RouteCandidate Candidate, double Score, string Reason);
