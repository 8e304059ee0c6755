using Conductor.Calls;
using Conductor.Storage;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Idempotency;

/// <summary>
/// What is kept of an answer. One rule: a target is asked again under the same key only after the caller has been told that nothing came of the first time, and that asking
/// again may help (docs/decisions/0013).
/// </summary>
internal static class IdempotencyRules
{
    /// <summary>What becomes of the key; null = it is free again.</summary>
    /// <param name="context">The request, done.</param>
    /// <param name="isHeard">False when everybody had left, so that nobody was told what came of it.</param>
    public static IdempotencyState? StateOf(HttpContext context, bool isHeard)
    {
        var call = context.Features.Get<ModelCall>();
        var wasAsked = call is { Attempts.Count: > 0 } || context.Features.Get<OperationBatch>() is not null;
        var status = context.Features.Get<StreamFailure>()?.Error.Status ?? call?.StreamFailure?.Status ?? context.Response.StatusCode;
        if (!isHeard)
        {
            return wasAsked ? IdempotencyState.Interrupted : null;
        }

        if (status < StatusCodes.Status400BadRequest)
        {
            return IdempotencyState.Finished;
        }

        // An upstream's "no" to this very request is its answer. Its failures, its limits and its times are not.
        var isFinal = status < StatusCodes.Status500InternalServerError && status is not (StatusCodes.Status408RequestTimeout or StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests);
        return wasAsked && isFinal ? IdempotencyState.Finished : null;
    }
}
