using Conductor.Providers;

namespace PluginClass1;

/// <summary>The one map from what the upstream says to what Conductor does next: retry, fall back, or tell the caller.</summary>
internal static class PluginClass1Errors
{
    /// <summary>An answer that is no success. No message holds the upstream's own text, which may hold anything.</summary>
    public static ProviderException FromStatus(int status, TimeSpan? retryAfter)
    {
        var (kind, message) = status switch
        {
            400 or 422 => (ProviderErrorKind.InvalidRequest, "The upstream refused the request."),
            401 or 403 => (ProviderErrorKind.Credentials, "The upstream refused the key, or wants one."),
            404 => (ProviderErrorKind.ModelNotFound, "The upstream has no such model."),
            408 or 504 => (ProviderErrorKind.Timeout, "The upstream took too long."),
            429 => (ProviderErrorKind.RateLimited, "The upstream limits the rate of requests."),
            503 => (ProviderErrorKind.Overloaded, "The upstream is overloaded."),
            < 500 => (ProviderErrorKind.InvalidRequest, "The upstream refused the request."),
            _ => (ProviderErrorKind.ServerError, "The upstream failed."),
        };
        return new ProviderException(kind, message) { StatusCode = status, RetryAfter = retryAfter };
    }

    /// <summary>No answer, or one that broke off.</summary>
    public static ProviderException FromConnection(HttpRequestException failure) =>
        new(ProviderErrorKind.Network, "The upstream cannot be reached, or the connection broke.", failure);
}
