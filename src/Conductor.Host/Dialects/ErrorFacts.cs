namespace Conductor.Host.Dialects;

/// <summary>What an error's body tells beside the error.</summary>
/// <param name="RequestId">The request's id.</param>
/// <param name="Timestamp">When it is told.</param>
internal readonly record struct ErrorFacts(string RequestId, DateTimeOffset Timestamp);
