using Conductor.Money;

namespace Conductor.Telemetry;

/// <summary>Totals since the process started.</summary>
/// <param name="Since">When counting began.</param>
/// <param name="Requests">Calls that ended.</param>
/// <param name="Failures">Calls answered with an error; callers who left are not counted.</param>
/// <param name="Cancelled">Calls whose caller left.</param>
/// <param name="CacheHits">Calls answered from the cache.</param>
/// <param name="InputTokens">Tokens sent to models.</param>
/// <param name="OutputTokens">Tokens that models produced.</param>
/// <param name="Cost">Known costs only.</param>
/// <param name="UnknownCosts">Calls whose cost is not known.</param>
public sealed record CallTotals(
    DateTimeOffset Since,
    long Requests,
    long Failures,
    long Cancelled,
    long CacheHits,
    long InputTokens,
    long OutputTokens,
    NanoUsd Cost,
    long UnknownCosts)
{
    /// <summary>Input and output together.</summary>
    public long TotalTokens => InputTokens + OutputTokens;
}
