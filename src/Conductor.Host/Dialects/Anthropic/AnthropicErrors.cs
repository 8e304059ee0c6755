using Conductor.Errors;
using Conductor.Wire;

namespace Conductor.Host.Dialects.Anthropic;

/// <summary>Conductor's errors in the types and statuses of this dialect. The code goes along, so that programs can tell more than the type does.</summary>
internal static class AnthropicErrors
{
    private const int Overloaded = 529;

    public static WireError Of(ConductorException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new WireError(error.Message, TypeOf(StatusOf(error)), error.Param, error.Code) { Provider = error.Provider };
    }

    /// <summary>Too much load has a status of its own here; that nothing is there to answer is no load.</summary>
    public static int StatusOf(ConductorException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is { Status: 503, Code: "queue_full" or "upstream_overloaded" } ? Overloaded : error.Status;
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 or 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or Overloaded => "overloaded_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };
}
