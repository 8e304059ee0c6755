using Conductor.Errors;

namespace Conductor.Host.Idempotency;

/// <summary>What callers are told of their idempotency keys.</summary>
internal static class IdempotencyErrors
{
    /// <param name="member">What is different: a member of the body, a header, `path`, `method` or `body`.</param>
    public static ConductorException Reused(string member) =>
        new(422, "invalid_request_error", "idempotency_key_reused",
            $"This Idempotency-Key was used for another request: '{member}' is different. A new request takes a new key; a repeated one is sent as it was.")
        { Param = member, ShouldRetry = false };

    /// <param name="requestId">The request that first bore the key.</param>
    /// <param name="booked">What the ledger has of it, as a sentence.</param>
    public static ConductorException Interrupted(string requestId, string booked) =>
        new(409, "invalid_request_error", "idempotency_interrupted",
            $"The request that first bore this Idempotency-Key ('{requestId}') was interrupted, and its answer is lost. {booked} To ask again, send a new key.")
        { Param = IdempotencyKeyHeader.Name, ShouldRetry = false };

    public static ConductorException NotKept(string requestId, string booked) =>
        new(409, "invalid_request_error", "idempotency_not_kept",
            $"The request that first bore this Idempotency-Key ('{requestId}') was answered, and the answer is too large to be given again ('limits: idempotency: max_answer'). {booked} To ask again, send a new key.")
        { Param = IdempotencyKeyHeader.Name, ShouldRetry = false };

    /// <summary>For a request that comes while the first runs, and too late to hear it from its beginning.</summary>
    public static ConductorException TooLargeToJoin() =>
        new(409, "invalid_request_error", "idempotency_not_kept",
            "The request that first bore this Idempotency-Key still runs, and its answer has grown too large to be heard from its beginning ('limits: idempotency: max_answer').")
        { Param = IdempotencyKeyHeader.Name, ShouldRetry = false };

    /// <summary>The end of a stream for a client that reads more slowly than the first one.</summary>
    public static ConductorException FellBehind() =>
        new(409, "invalid_request_error", "idempotency_not_kept",
            "This connection reads more slowly than the one that made the request, and the answer is too large to wait for it ('limits: idempotency: max_answer').")
        { Param = IdempotencyKeyHeader.Name, ShouldRetry = false };
}
