namespace Conductor.Errors;

/// <summary>A call that Conductor itself answers with an error. The one table of statuses, types and codes is <see cref="ConductorErrors"/>.</summary>
public class ConductorException : Exception
{
    public ConductorException(int status, string type, string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Status = status;
        Type = type;
        Code = code;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>For example `invalid_request_error`.</summary>
    public string Type { get; }

    /// <summary>For example `model_not_found`; always a string.</summary>
    public string Code { get; }

    /// <summary>The member of the request that is wrong; null where it is not about one.</summary>
    public string? Param { get; init; }

    /// <summary>The provider that failed, where one did.</summary>
    public string? Provider { get; init; }

    /// <summary>`provider`, `model`, `network` or `parsing` for a failure that comes from a target (<see cref="ErrorCategories"/>); null for every other.</summary>
    public string? Category { get; init; }

    /// <summary>How long to wait before trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>False: a client that retries by itself is told not to.</summary>
    public bool? ShouldRetry { get; init; }
}

/// <summary>The caller's request is wrong: 400 `invalid_request_error`.</summary>
public sealed class InvalidRequestException : ConductorException
{
    public InvalidRequestException(string message, string? param = null, string code = "invalid_request", Exception? innerException = null)
        : base(400, "invalid_request_error", code, message, innerException)
    {
        Param = param;
    }
}
