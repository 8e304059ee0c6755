using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>What was used in a period, altogether and by operation and provider.</summary>
public sealed record UsageMetrics
{
    /// <summary>The tenant; `*` for all of them.</summary>
    public required string TenantId { get; init; }

    public required UsagePeriod Period { get; init; }

    /// <summary>Calls.</summary>
    public long TotalRequests { get; init; }

    public long SuccessfulRequests { get; init; }

    /// <summary>Calls that their callers left: neither a success nor a failure.</summary>
    public long CancelledRequests { get; init; }

    /// <summary>All others.</summary>
    public long FailedRequests { get; init; }

    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Known costs.</summary>
    public NanoUsd Cost { get; init; }

    /// <summary>The part of <see cref="Cost"/> that no upstream's figures stand behind.</summary>
    public NanoUsd EstimatedCost { get; init; }

    /// <summary>Attempts whose cost is unknown.</summary>
    public long UnknownCosts { get; init; }

    public IReadOnlyDictionary<string, OperationMetrics> ByOperation { get; init; } = new Dictionary<string, OperationMetrics>();

    public IReadOnlyDictionary<string, ProviderMetrics> ByProvider { get; init; } = new Dictionary<string, ProviderMetrics>();
}

/// <summary>What one operation, key, model or tenant took.</summary>
/// <param name="RequestCount">Calls.</param>
/// <param name="TotalTokens">Input and output together.</param>
/// <param name="Cost">Known costs.</param>
/// <param name="AverageLatency">Of a call, all of its attempts together.</param>
/// <param name="ErrorRate">0 to 1: the share of calls that failed.</param>
public sealed record OperationMetrics(long RequestCount, long TotalTokens, NanoUsd Cost, TimeSpan AverageLatency, double ErrorRate)
{
    /// <summary>Of a sum over calls.</summary>
    public static OperationMetrics Of(UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        var failed = FailedCalls(sum);
        return new OperationMetrics(
            sum.Calls, sum.Usage.TotalTokens, sum.Cost, sum.Calls == 0 ? TimeSpan.Zero : sum.Duration / sum.Calls, sum.Calls == 0 ? 0 : Math.Round((double)failed / sum.Calls, 6));
    }

    /// <summary>Calls that neither succeeded nor were left by their callers. At the edges of a period a call's attempts may lie on both sides; none is counted below zero.</summary>
    public static long FailedCalls(UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        return Math.Max(0, sum.Calls - sum.Succeeded - sum.Cancelled);
    }
}

/// <summary>What one provider, or one model of it, took. Here every attempt counts: a call that it failed and another served is in both.</summary>
/// <param name="RequestCount">Attempts.</param>
/// <param name="SuccessCount">Those that succeeded.</param>
/// <param name="ErrorCount">Those that failed; neither counts those that their callers left.</param>
/// <param name="TotalTokens">Input and output together.</param>
/// <param name="Cost">Known costs.</param>
/// <param name="AverageLatency">Of an attempt.</param>
public sealed record ProviderMetrics(long RequestCount, long SuccessCount, long ErrorCount, long TotalTokens, NanoUsd Cost, TimeSpan AverageLatency)
{
    /// <summary>Of a sum over attempts.</summary>
    public static ProviderMetrics Of(UsageSum sum)
    {
        ArgumentNullException.ThrowIfNull(sum);
        return new ProviderMetrics(
            sum.Attempts, sum.Succeeded, sum.Attempts - sum.Succeeded - sum.Cancelled, sum.Usage.TotalTokens, sum.Cost, sum.Attempts == 0 ? TimeSpan.Zero : sum.Duration / sum.Attempts);
    }
}
