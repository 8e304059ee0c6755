using System.Net;
using System.Net.Sockets;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <summary>
/// Reads what a plugin passed on from a library that it stands on: an HTTP status, or a broken connection. Both are the upstream's failure, and nothing
/// that would speak against the plugin's own code. SDKs have exception classes of their own; what they agree on is a property `Status` or `StatusCode`.
/// </summary>
internal static class ForeignFailure
{
    /// <summary>The failure in Conductor's words; null when the exception tells of no upstream.</summary>
    public static ProviderException? Read(Exception thrown)
    {
        if (thrown is AggregateException { InnerExceptions: [.., var last] all })
        {
            // What an SDK throws that has tried several times: its last try is the answer, unless one of them was its own fault.
            return all.All(one => Read(one) is not null) ? Read(last) : null;
        }

        if (StatusOf(thrown) is { } status)
        {
            return new ProviderException(KindOf(status), $"The upstream answered with status {status} ({thrown.GetType().Name}).") { StatusCode = status };
        }

        return IsConnection(thrown) || (thrown.InnerException is { } inner && IsConnection(inner))
            ? new ProviderException(ProviderErrorKind.Network, $"The connection failed ({thrown.GetType().Name}).") { IsUnsent = IsNotMade(thrown) || (thrown.InnerException is { } cause && IsNotMade(cause)) }
            : null;
    }

    private static bool IsConnection(Exception thrown) => thrown is HttpRequestException or IOException or SocketException;

    private static bool IsNotMade(Exception thrown) => thrown is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private static int? StatusOf(Exception thrown)
    {
        try
        {
            var type = thrown.GetType();
            var value = type.GetProperty("Status")?.GetValue(thrown) ?? type.GetProperty("StatusCode")?.GetValue(thrown);
            var status = value switch { int number => number, HttpStatusCode code => (int)code, _ => 0 };
            return status is >= 400 and <= 599 ? status : null;
        }
#pragma warning disable CA1031 // boundary: a property of a foreign exception
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static ProviderErrorKind KindOf(int status) => status switch
    {
        401 or 403 => ProviderErrorKind.Credentials,
        402 => ProviderErrorKind.QuotaExhausted,
        404 => ProviderErrorKind.ModelNotFound,
        408 or 504 => ProviderErrorKind.Timeout,
        429 => ProviderErrorKind.RateLimited,
        503 or 529 => ProviderErrorKind.Overloaded,
        >= 500 => ProviderErrorKind.ServerError,
        _ => ProviderErrorKind.InvalidRequest,
    };
}
