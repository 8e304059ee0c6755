using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage;

/// <summary>One attempt, as it is booked.</summary>
public sealed record LedgerRow
{
    /// <summary>Told to the caller; callers may use one id for several calls.</summary>
    public required string RequestId { get; init; }

    /// <summary>One call. With <see cref="Attempt"/> it makes a row that is booked once.</summary>
    public required string CallId { get; init; }

    /// <summary>1 for the first attempt of the request.</summary>
    public required int Attempt { get; init; }

    public required string TenantId { get; init; }

    public string? KeyId { get; init; }

    /// <summary>`chat`, `embeddings` or the operation's name.</summary>
    public required string Operation { get; init; }

    public required string Provider { get; init; }

    public required string Model { get; init; }

    public string? UpstreamRequestId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }

    public required AttemptStatus Status { get; init; }

    public string? ErrorCode { get; init; }

    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Null where the price is unknown.</summary>
    public NanoUsd? Cost { get; init; }

    public required CostStatus CostStatus { get; init; }

    /// <summary>The most that the attempt was expected to cost before it was made; null where the price was unknown.</summary>
    public NanoUsd? Reserved { get; init; }

    /// <summary>Which version of the price catalogue made the cost; null where none did.</summary>
    public string? PriceVersion { get; init; }

    /// <summary>The row of an attempt whose process ended before it did: at what was reserved for it.</summary>
    /// <param name="reserved">The row as it was reserved: identity, the reserved usage, the reserved cost.</param>
    public static LedgerRow Interrupted(LedgerRow reserved)
    {
        ArgumentNullException.ThrowIfNull(reserved);
        return reserved with { Status = AttemptStatus.Failed, ErrorCode = "interrupted", Cost = reserved.Reserved, CostStatus = CostStatus.Interrupted };
    }
}

/// <summary>Sums over the ledger.</summary>
/// <param name="Requests">Calls.</param>
/// <param name="Attempts">Rows.</param>
/// <param name="Tokens">Input and output together.</param>
/// <param name="Cost">Known costs only.</param>
public sealed record LedgerTotals(long Requests, long Attempts, long Tokens, NanoUsd Cost);
