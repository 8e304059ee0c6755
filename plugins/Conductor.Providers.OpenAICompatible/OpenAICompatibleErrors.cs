using Conductor.Wire;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>The one map from what a server of this dialect says, or fails to say, to what Conductor does next. No message holds the upstream's own text.</summary>
internal static class OpenAICompatibleErrors
{
    /// <summary>A reply that is no success.</summary>
    /// <param name="status">Its status; below 200 or above 299.</param>
    /// <param name="body">Its body, or the beginning of it.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="now">The time, for a `Retry-After` that is a date.</param>
    public static ProviderException FromReply(int status, ReadOnlySpan<byte> body, HttpResponseHeaders headers, DateTimeOffset now)
    {
        var error = OpenAIErrorReader.TryRead(body);
        var category = error is null ? WireErrorCategory.Unknown : OpenAIErrorClassifier.Classify(error);
        var (kind, message) = status switch
        {
            < 200 => (ProviderErrorKind.InvalidResponse, "answered with an interim status only"),
            < 400 => (ProviderErrorKind.ServerError, "answered with a redirect, which is never followed; check 'base_url'"),
            400 or 422 => OfRefusal(category),
            401 or 403 => (ProviderErrorKind.Credentials, "refused the key"),
            402 => (ProviderErrorKind.QuotaExhausted, "says that the account is used up"),
            404 => category == WireErrorCategory.ContextLength ? OfRefusal(category) : (ProviderErrorKind.ModelNotFound, "does not have the model, or not this address"),
            408 => (ProviderErrorKind.Timeout, "took too long"),
            409 => (ProviderErrorKind.ServerError, "reports a conflict"),
            413 => (ProviderErrorKind.ContextLengthExceeded, "says that the request is too large"),
            429 => category == WireErrorCategory.QuotaExhausted
                ? (ProviderErrorKind.QuotaExhausted, "says that the account is used up")
                : (ProviderErrorKind.RateLimited, "limits the rate of requests"),
            < 500 => (ProviderErrorKind.InvalidRequest, "refused the request"),
            // llama.cpp of old says 500 to a prompt that is too long; another try would fail the same way.
            500 when category == WireErrorCategory.ContextLength => OfRefusal(category),
            503 or 529 => (ProviderErrorKind.Overloaded, "is overloaded"),
            504 => (ProviderErrorKind.Timeout, "waited too long for something behind it"),
            _ => (ProviderErrorKind.ServerError, "failed"),
        };
        return new ProviderException(kind, $"The upstream {message} (HTTP {status}).")
        {
            StatusCode = status,
            RetryAfter = RetryAfter.Read(headers, now),
            Param = SafeName(error?.Param),
            UpstreamRequestId = RequestId(headers),
        };
    }

    /// <summary>An error object inside a reply with status 200: the first frame of a stream, a later one, or a whole body.</summary>
    public static ProviderException FromInside(WireError error, string? requestId)
    {
        var (kind, message) = OpenAIErrorClassifier.Classify(error) switch
        {
            WireErrorCategory.InvalidRequest or WireErrorCategory.ContextLength or WireErrorCategory.ContentFilter or WireErrorCategory.ModelNotFound
                => OfRefusal(OpenAIErrorClassifier.Classify(error)),
            WireErrorCategory.Credentials => (ProviderErrorKind.Credentials, "refused the key"),
            WireErrorCategory.RateLimited => (ProviderErrorKind.RateLimited, "limits the rate of requests"),
            WireErrorCategory.QuotaExhausted => (ProviderErrorKind.QuotaExhausted, "says that the account is used up"),
            WireErrorCategory.Overloaded => (ProviderErrorKind.Overloaded, "is overloaded"),
            WireErrorCategory.Timeout => (ProviderErrorKind.Timeout, "took too long"),
            _ => (ProviderErrorKind.ServerError, "failed"),
        };
        return new ProviderException(kind, $"The upstream {message} (an error inside a reply with HTTP 200).")
        {
            StatusCode = 200,
            Param = SafeName(error.Param),
            UpstreamRequestId = requestId,
        };
    }

    /// <summary>An answer that is none.</summary>
    public static ProviderException FromAnswer(WireResponseException failure, string? requestId) =>
        failure.Error is { } error ? FromInside(error, requestId) : Invalid(failure.Message, requestId);

    /// <summary>An answer that cannot be used, for the reason given.</summary>
    public static ProviderException Invalid(string message, string? requestId) =>
        new(ProviderErrorKind.InvalidResponse, message) { UpstreamRequestId = requestId };

    /// <summary>A request that this dialect cannot say.</summary>
    public static ProviderException FromRequest(WireRequestException failure) =>
        new(failure.Code == WireRequestCodes.Unsupported ? ProviderErrorKind.Unsupported : ProviderErrorKind.InvalidRequest, failure.Message) { Param = failure.Param };

    /// <summary>No connection, or one that broke. The cause's own text names the address and is not repeated.</summary>
    public static ProviderException FromNetwork(Exception failure)
    {
        var error = (failure as HttpRequestException)?.HttpRequestError ?? (failure as HttpIOException)?.HttpRequestError;
        if (error == HttpRequestError.SecureConnectionError || Has<AuthenticationException>(failure))
        {
            return new ProviderException(ProviderErrorKind.Network, "No secure connection to the upstream: its tls certificate is not valid for it.");
        }

        return error switch
        {
            HttpRequestError.NameResolutionError => new ProviderException(ProviderErrorKind.Network, "The upstream's host name is not known."),
            HttpRequestError.ConnectionError => new ProviderException(ProviderErrorKind.Network, "No connection to the upstream."),
            HttpRequestError.InvalidResponse => new ProviderException(ProviderErrorKind.InvalidResponse, "The upstream's reply is not HTTP."),
            HttpRequestError.ConfigurationLimitExceeded => new ProviderException(ProviderErrorKind.InvalidResponse, "The upstream's reply has more headers than allowed."),
            HttpRequestError.ResponseEnded => new ProviderException(ProviderErrorKind.Network, "The connection to the upstream broke inside its reply."),
            _ => new ProviderException(ProviderErrorKind.Network, "The connection to the upstream broke."),
        };
    }

    /// <summary>The upstream's own id of the request, where it is one.</summary>
    public static string? RequestId(HttpResponseHeaders headers) => headers.TryGetValues("x-request-id", out var values) ? SafeName(values.FirstOrDefault(), maxLength: 128) : null;

    private static (ProviderErrorKind Kind, string Message) OfRefusal(WireErrorCategory category) => category switch
    {
        WireErrorCategory.ContextLength => (ProviderErrorKind.ContextLengthExceeded, "says that the prompt does not fit the model"),
        WireErrorCategory.ContentFilter => (ProviderErrorKind.ContentFilter, "refused the content"),
        WireErrorCategory.ModelNotFound => (ProviderErrorKind.ModelNotFound, "does not have the model"),
        WireErrorCategory.Credentials => (ProviderErrorKind.Credentials, "refused the key"),
        _ => (ProviderErrorKind.InvalidRequest, "refused the request"),
    };

    /// <summary>A member's name or an id may be passed on; anything else might be a sentence, a secret or markup.</summary>
    private static string? SafeName(string? text, int maxLength = 64) =>
        text is { Length: > 0 } && text.Length <= maxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '[' or ']') ? text : null;

    private static bool Has<T>(Exception failure)
        where T : Exception
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is T)
            {
                return true;
            }
        }

        return false;
    }
}
