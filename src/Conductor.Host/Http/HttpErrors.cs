using Conductor.Access;
using Conductor.Configuration.Editing;
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

    public static ConductorException RoleNotAllowed(AccessRole role, IReadOnlyList<AccessRole> wanted) =>
        new(403, "permission_error", wanted is [AccessRole.Admin] ? "admin_only" : "role_not_allowed",
            $"This address needs a key with the role {string.Join(" or ", wanted.Select(AccessRoles.NameOf))}; this one's is {AccessRoles.NameOf(role)}.") { ShouldRetry = false };

    public static ConductorException RouteNotAllowed(string route) =>
        new(403, "permission_error", "route_not_allowed", $"This key may not be used for '{route}'.") { ShouldRetry = false };

    public static ConductorException AddressNotAllowed() =>
        new(403, "permission_error", "address_not_allowed", "This key does not hold for calls from where this one comes from.") { ShouldRetry = false };

    /// <summary>A document of the configuration was not changed.</summary>
    public static ConductorException NotEdited(SettingsEditException refused) => refused.Fault switch
    {
        SettingsEditFault.Missing => new ConductorException(404, "invalid_request_error", "not_found", refused.Message) { ShouldRetry = false },
        SettingsEditFault.Conflict => new ConductorException(409, "invalid_request_error", "conflict", refused.Message) { ShouldRetry = false },
        SettingsEditFault.Invalid => new InvalidRequestException($"The configuration would be wrong: '{refused.Problems[0].Path}' {refused.Message}.", MemberOf(refused.Problems[0].Path), "invalid_value"),
        SettingsEditFault.Busy => new ConductorException(503, "overloaded_error", "configuration_busy", "The configuration is being changed by somebody else; try again.") { RetryAfter = TimeSpan.FromSeconds(1) },
        SettingsEditFault.Broken => new ConductorException(409, "invalid_request_error", "configuration_invalid", "The configuration's files hold mistakes, which come first; GET /v1/status tells them.") { ShouldRetry = false },
        _ => new ConductorException(409, "invalid_request_error", "configuration_not_writable", "tenants.yaml cannot be changed from here: there is no conductor.yaml beside which it stands, it may not be written, or it has a shape that only a person can change. 'conductor keys' on the machine says which.") { ShouldRetry = false },
    };

    // `keys[3].expires` is 'expires' to whoever asked for the key.
    private static string? MemberOf(string path) => path.IndexOf("].", StringComparison.Ordinal) is >= 0 and var end ? path[(end + 2)..] : null;

    public static ConductorException TlsRequired() =>
        new(403, "permission_error", "tls_required",
            "This address is answered over https only, or on the machine itself. Let Conductor listen on https ('server: tls'), or name the proxy that does in 'server: trusted_proxies'.") { ShouldRetry = false };

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
