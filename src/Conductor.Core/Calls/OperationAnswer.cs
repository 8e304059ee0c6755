using Conductor.Money;

namespace Conductor.Calls;

/// <summary>What a finished operation came to: values only, so that it can be kept when its call and the plugins behind it are gone.</summary>
public sealed record OperationAnswer
{
    public required string RequestId { get; init; }

    /// <summary>The operation's name.</summary>
    public required string Operation { get; init; }

    /// <summary>UTF-8 JSON that fits the operation's result schema.</summary>
    public required ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>The provider's configured name.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Whether an earlier target failed.</summary>
    public bool IsFallback { get; init; }

    /// <summary>The first failure's code; null where nothing failed.</summary>
    public string? FallbackReason { get; init; }

    public bool IsCacheHit { get; init; }

    /// <summary>What to know of how the result came about, a sentence each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What the answer took; for an answer from the cache what the original took.</summary>
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Where the time went.</summary>
    public required CallTimings Timings { get; init; }

    /// <summary>What all attempts cost together.</summary>
    public required CallCost Cost { get; init; }

    /// <summary>The answer of a call that has one.</summary>
    public static OperationAnswer From(OperationCall call, OperationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(outcome);
        return new OperationAnswer
        {
            RequestId = call.Context.RequestId,
            Operation = call.Operation,
            Result = outcome.Result,
            Provider = outcome.Provider,
            Model = outcome.Model,
            IsFallback = call.Attempts.Count > 1,
            FallbackReason = call.Attempts.Count > 1 ? call.Attempts[0].ErrorCode : null,
            IsCacheHit = call.IsCacheHit,
            Notices = outcome.Notices,
            Usage = outcome.Usage,
            Timings = call.Timings,
            Cost = CallCost.Of(call),
        };
    }
}
