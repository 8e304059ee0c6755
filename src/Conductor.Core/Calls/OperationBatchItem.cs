using Conductor.Errors;
using Conductor.Limits;

namespace Conductor.Calls;

/// <summary>What one item of a batch came to: an answer or an error.</summary>
/// <param name="Index">Its place among the inputs, from 0.</param>
/// <param name="Answer">Null where it failed.</param>
/// <param name="Error">Null where it was answered.</param>
/// <param name="Cost">What it cost, also where it failed.</param>
public sealed record OperationBatchItem(int Index, OperationAnswer? Answer, ConductorException? Error, CallCost Cost)
{
    /// <summary>The HTTP status that the item would have had alone.</summary>
    public int Status => Error?.Status ?? 200;

    /// <summary>How the limit of requests stood for this item that had least left; null where it was under none.</summary>
    public RateLimitState? RequestLimit { get; init; }

    /// <summary>The same of tokens.</summary>
    public RateLimitState? TokenLimit { get; init; }
}
