using System.Net.Http.Headers;
using System.Text.Json;

namespace Conductor.Providers;

/// <summary>What an upstream's failure means, for providers over HTTP that have no finer map of their own. No message holds the upstream's text or its address.</summary>
public static class UpstreamFailures
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>A reply that is no success.</summary>
    /// <param name="status">Its status; below 200 or above 299.</param>
    /// <param name="retryAfter">How long it asks to wait.</param>
    /// <param name="upstreamRequestId">The upstream's own id of the request.</param>
    /// <param name="innerException">What a library made of it.</param>
    public static ProviderException FromStatus(int status, TimeSpan? retryAfter = null, string? upstreamRequestId = null, Exception? innerException = null)
    {
        var (kind, message) = status switch
        {
            < 400 => (ProviderErrorKind.ServerError, "answered with a redirect or an interim status, which is not followed; check its address"),
            401 or 403 => (ProviderErrorKind.Credentials, "refused the key"),
            402 => (ProviderErrorKind.QuotaExhausted, "says that the account is used up"),
            404 => (ProviderErrorKind.ModelNotFound, "does not have the model, or not this address"),
            408 or 504 => (ProviderErrorKind.Timeout, "took too long"),
            413 => (ProviderErrorKind.ContextLengthExceeded, "says that the request is too large"),
            429 => (ProviderErrorKind.RateLimited, "limits the rate of requests"),
            < 500 => (ProviderErrorKind.InvalidRequest, "refused the request"),
            503 or 529 => (ProviderErrorKind.Overloaded, "is overloaded"),
            _ => (ProviderErrorKind.ServerError, "failed"),
        };
        return new ProviderException(kind, $"The upstream {message} (HTTP {status}).", innerException)
        {
            StatusCode = status,
            RetryAfter = retryAfter,
            UpstreamRequestId = upstreamRequestId,
        };
    }

    /// <summary>What a library threw, its causes included: a <see cref="ProviderException"/> inside is given as it is.</summary>
    /// <returns>Null for what tells nothing about the upstream; the host takes that for a fault of the plugin.</returns>
    /// <remarks>Cancellation by the caller is to be let through before; what is asked here was cancelled by somebody else, which means a timeout.</remarks>
    public static ProviderException? FromException(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (OfCause(cause, failure) is { } known)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>What `Retry-After` asks for: seconds or a date; null where it says nothing. At most a day.</summary>
    /// <param name="header">The header.</param>
    /// <param name="now">The time, for a date.</param>
    public static TimeSpan? ReadRetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? header?.Date - now;
        return wait is not { } time ? null : time < TimeSpan.Zero ? TimeSpan.Zero : time > LongestWait ? LongestWait : time;
    }

    private static ProviderException? OfCause(Exception cause, Exception failure) => cause switch
    {
        ProviderException known => known,
        HttpRequestException { StatusCode: { } status } => FromStatus((int)status, innerException: failure),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => new(ProviderErrorKind.InvalidResponse, "The upstream's reply is not HTTP.", failure),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } =>
            new(ProviderErrorKind.Network, "No connection to the upstream.", failure),
        HttpRequestException or IOException => new(ProviderErrorKind.Network, "The connection to the upstream broke.", failure),
        TimeoutException or OperationCanceledException => new(ProviderErrorKind.Timeout, "The upstream took too long.", failure),
        JsonException or InvalidDataException => new(ProviderErrorKind.InvalidResponse, "The upstream's answer cannot be read.", failure),
        NotSupportedException => new(ProviderErrorKind.Unsupported, "The upstream's library cannot do what was asked.", failure),
        _ => null,
    };
}
