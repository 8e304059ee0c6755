using System.Net;

namespace Conductor.Network;

/// <summary>HTTP clients for what is neither a provider's nor a caller's: webhooks. None follows a redirect or keeps a cookie.</summary>
public static class OutwardHttp
{
    private const long MostAnswered = 1024 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>For addresses that stand in the configuration's files: the operator wrote them. The caller disposes it.</summary>
    public static HttpClient ForOperator() => Create(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>For addresses that came over an API: public hosts by https on the ports 443 and 8443, and by no proxy. The caller disposes it.</summary>
    public static HttpClient ForOthers() => ForOthers(new PublicConnect());

    internal static HttpClient ForOthers(PublicConnect connect)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectCallback = connect.ConnectAsync };
        return Create(handler, new HttpsOnlyHandler());
    }

    private static HttpClient Create(SocketsHttpHandler handler, DelegatingHandler? before = null)
    {
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2); // an address that moved is noticed
        handler.UseCookies = false;
        handler.MaxResponseHeadersLength = 64; // KiB
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.ActivityHeadersPropagator = null; // a trace id of ours is nobody else's business
        before?.InnerHandler = handler;
        return new HttpClient(before ?? (HttpMessageHandler)handler) { Timeout = Longest, MaxResponseContentBufferSize = MostAnswered };
    }

    private sealed class HttpsOnlyHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri?.Scheme == Uri.UriSchemeHttps
                ? base.SendAsync(request, cancellationToken)
                : throw new HttpRequestException(HttpRequestError.ConnectionError, "The host is refused: only https is spoken to it.");
    }
}
