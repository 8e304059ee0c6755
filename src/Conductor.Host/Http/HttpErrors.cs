using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Errors that only an HTTP server can make. All others are in <see cref="ConductorErrors"/>.</summary>
internal static class HttpErrors
{
    /// <summary>What a client that has hung up would have been told; nginx's number for it, seen only in logs.</summary>
    public const int ClientClosedRequest = 499;

    public static ConductorException NotFound(string path, string? nearest) =>
        new(404, "invalid_request_error", "not_found",
            $"There is nothing at '{path}'{(nearest is null ? "" : $" (nearest: '{nearest}')")}. GET /openapi.json lists every address.");

    public static ConductorException MethodNotAllowed(string method, string path, string allowed) =>
        new(405, "invalid_request_error", "method_not_allowed", $"'{path}' does not take {method}; it takes {allowed}.");

    public static ConductorException RequestTooLarge(long limit) =>
        new(413, "invalid_request_error", "request_too_large", $"The request's body is larger than {limit} bytes, which is the limit ('limits: max_body' in conductor.yaml).");

    public static ConductorException UnsupportedMediaType(string got) =>
        new(415, "invalid_request_error", "unsupported_media_type", $"The body's type is '{got}'. Send JSON as 'content-type: application/json', in UTF-8.");

    public static ConductorException UnsupportedEncoding(string got) =>
        new(415, "invalid_request_error", "unsupported_media_type", $"The body's encoding is '{got}'. Send it uncompressed.");

    public static ConductorException RequestTimeout() =>
        new(408, "timeout_error", "request_timeout", "The request's body came too slowly.");

    public static ConductorException KeyInUrl(string name) =>
        new(401, "authentication_error", "invalid_api_key",
            $"A key in the URL ('?{name}=') is refused, because URLs end up in logs. Send it as 'Authorization: Bearer KEY'.")
        { ShouldRetry = false };

    public static ConductorException SeveralKeys() =>
        new(401, "authentication_error", "invalid_api_key", "The request bears several different API keys. Send one, as 'Authorization: Bearer KEY'.") { ShouldRetry = false };

    public static ConductorException HostNotAllowed(bool loopbackOnly) =>
        new(421, "invalid_request_error", "host_not_allowed", loopbackOnly
            ? "While no key is configured, only requests to localhost, 127.0.0.1 or [::1] are answered. Use one of these names, or configure a key."
            : "The Host header names a host that is not in 'server: allowed_hosts' of conductor.yaml.")
        { ShouldRetry = false };

    public static ConductorException OriginNotAllowed() =>
        new(403, "permission_error", "origin_not_allowed", "While no key is configured, pages of other sites may not call this server. Configure a key, or call it from a program.")
        { ShouldRetry = false };

    public static ConductorException AdminOnly() =>
        new(403, "permission_error", "admin_only", "This address needs a key of tenant 'default' or 'admin'.") { ShouldRetry = false };

    /// <summary>What Kestrel refuses while a body is being read.</summary>
    public static ConductorException From(BadHttpRequestException failure, long bodyLimit) => failure.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => RequestTooLarge(bodyLimit),
        StatusCodes.Status408RequestTimeout => RequestTimeout(),
        _ => new(failure.StatusCode, "invalid_request_error", "invalid_request", "The request is not well-formed HTTP.", failure),
    };

    /// <summary>A body that breaks the protocol; Kestrel reports a bad chunk as a plain IOException.</summary>
    public static ConductorException BadBody(Exception failure) =>
        new InvalidRequestException("The request's body cannot be read: it is not well-formed HTTP.", innerException: failure);
}
