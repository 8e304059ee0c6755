using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>The HTTP clients that are lent to providers.</summary>
internal static class ProviderHttpClients
{
    /// <param name="services">The container that lends them.</param>
    /// <param name="proxy">For upstreams elsewhere; null = the environment's.</param>
    public static IServiceCollection AddProviderHttpClients(this IServiceCollection services, IWebProxy? proxy = null)
    {
        services.AddHttpClient();
        return services.ConfigureHttpClientDefaults(client =>
        {
            client.ConfigureHttpClient(http => http.Timeout = Timeout.InfiniteTimeSpan); // each attempt has its own deadline
            client.UseSocketsHttpHandler((handler, _) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(5);
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2); // an address that moved is noticed
                handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60);
                handler.AllowAutoRedirect = false; // a redirect would take the key along
                handler.UseCookies = false;
                handler.Proxy = new UpstreamProxy(proxy ?? HttpClient.DefaultProxy);

                // What is left of an answer when nobody reads on: the end of a finished stream is read, so that its connection is used again;
                // a stream that still runs is cut, so that the upstream stops generating.
                handler.MaxResponseDrainSize = 4 * 1024;
                handler.ResponseDrainTimeout = TimeSpan.FromMilliseconds(100);
                handler.MaxResponseHeadersLength = 64; // KiB
                handler.AutomaticDecompression = DecompressionMethods.None;
                handler.EnableMultipleHttp2Connections = true;
                handler.ActivityHeadersPropagator = null; // a trace id of ours is nobody else's business
                handler.ConnectCallback = KeptConnectionHandler.ConnectAsync;
            });
            client.AddHttpMessageHandler(() => new KeptConnectionHandler());
            client.SetHandlerLifetime(Timeout.InfiniteTimeSpan); // the pool above renews its connections; a second rotation would only drop warm ones
            client.RemoveAllLoggers(); // they print URLs and headers
        });
    }
}
