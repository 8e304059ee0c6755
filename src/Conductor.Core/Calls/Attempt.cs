using Conductor.Money;
using Conductor.Routing;

namespace Conductor.Calls;

/// <summary>One try at one target. It holds values only: no exception, no plugin's object, so that it can outlive the plugin.</summary>
public sealed class Attempt
{
    /// <summary>1 for the first attempt of the request.</summary>
    public required int Number { get; init; }

    public required RouteHop Target { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public TimeSpan Duration { get; internal set; }

    public AttemptStatus Status { get; internal set; }

    /// <summary>The error's code as callers see it; null on success.</summary>
    public string? ErrorCode { get; internal set; }

    /// <summary>`provider`, `model`, `network` or `parsing`; null unless the target failed.</summary>
    public string? ErrorCategory { get; internal set; }

    /// <summary>The upstream's HTTP status, where there was one.</summary>
    public int? UpstreamStatus { get; internal set; }

    public string? UpstreamRequestId { get; internal set; }

    public TokenUsage Usage { get; internal set; } = TokenUsage.None;

    /// <summary>Null while unknown.</summary>
    public NanoUsd? Cost { get; internal set; }

    public CostStatus CostStatus { get; internal set; } = CostStatus.Unknown;

    /// <summary>What it may take at most, noted before its target was asked.</summary>
    public Reservation Reservation { get; internal set; }
}

/// <summary>How an attempt ended.</summary>
public enum AttemptStatus
{
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>How sure a cost is.</summary>
public enum CostStatus
{
    /// <summary>The price is unknown.</summary>
    Unknown,

    /// <summary>From the provider's own usage figures.</summary>
    Settled,

    /// <summary>From Conductor's count.</summary>
    Estimated,

    /// <summary>Nothing was used.</summary>
    Released,

    /// <summary>The process ended while the attempt ran, and what it took was not yet known: booked at the most that it may have cost.</summary>
    Interrupted,
}
