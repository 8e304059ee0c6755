namespace Conductor.Wire.Gemini;

/// <summary>An error as Google's servers send it: a `google.rpc.Status` and the details that are known here.</summary>
/// <param name="Code">The HTTP status.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Status">The word for the code, for example `RESOURCE_EXHAUSTED`; null where there is none.</param>
public sealed record GeminiError(int Code, string Message, string? Status = null)
{
    /// <summary>`ErrorInfo.reason`, for example `API_KEY_INVALID`.</summary>
    public string? Reason { get; init; }

    /// <summary>`ErrorInfo.metadata`; never secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>`RetryInfo.retryDelay`.</summary>
    public TimeSpan? RetryDelay { get; init; }

    /// <summary>`QuotaFailure.violations[].quotaId`, for example `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.</summary>
    public IReadOnlyList<string> Quotas { get; init; } = [];

    /// <summary>`BadRequest.fieldViolations[0].field`.</summary>
    public string? Field { get; init; }

    /// <summary>The same in the form that all dialects share.</summary>
    public WireError ToWireError() => new(Message, Status, Field, GeminiErrorClassifier.Word(this));

    /// <summary>Google's word for an HTTP status.</summary>
    public static string StatusOf(int code) => code switch
    {
        400 or 405 or 411 or 413 or 414 or 415 or 422 or 431 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        402 => "FAILED_PRECONDITION",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        408 or 504 => "DEADLINE_EXCEEDED",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        502 or 503 or 529 => "UNAVAILABLE",
        >= 400 and < 500 => "FAILED_PRECONDITION",
        _ => "INTERNAL",
    };
}
