using System.Net;
using Conductor.Host.Http;

namespace Conductor.Host.Composition;

/// <summary>Where the server listens, as sockets.</summary>
internal sealed class ListenAddresses
{
    private ListenAddresses(IReadOnlyList<IPEndPoint> endpoints) => Endpoints = endpoints;

    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>True when nobody outside this machine can connect.</summary>
    public bool AreLoopback => Endpoints.All(endpoint => IPAddress.IsLoopback(endpoint.Address));

    /// <summary>Reads one URL or several with `;` between.</summary>
    /// <returns>A sentence that says what is wrong, or null.</returns>
    public static string? TryParse(string text, out ListenAddresses addresses)
    {
        var endpoints = new List<IPEndPoint>();
        addresses = new ListenAddresses(endpoints);
        foreach (var url in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Add(url, endpoints) is { } problem)
            {
                return problem;
            }
        }

        return endpoints.Count > 0 ? null : "There is no address to listen on. Give one as --listen http://127.0.0.1:5080 or in 'server: listen'.";
    }

    private static string? Add(string url, List<IPEndPoint> endpoints)
    {
        // Uri knows no host '*' or '+'; both mean every interface, as they do in ASPNETCORE_URLS.
        var readable = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
        {
            return uri?.Scheme == Uri.UriSchemeHttps
                ? $"'{url}' asks for TLS, which Conductor leaves to a proxy in front of it. Listen on http:// and let the proxy hold the certificate."
                : $"'{url}' is not an address to listen on. Write it like http://127.0.0.1:5080 (scheme, address, port; no path).";
        }

        var port = uri.Port;
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address))
        {
            endpoints.Add(new IPEndPoint(address, port));
        }
        else if (HostNames.IsLoopback(uri.Host))
        {
            endpoints.Add(new IPEndPoint(IPAddress.Loopback, port));
        }
        else
        {
            return $"'{url}' names the host '{uri.Host}'. Give an address of this machine instead: 127.0.0.1, [::1], 0.0.0.0 or one of its own.";
        }

        return null;
    }
}
