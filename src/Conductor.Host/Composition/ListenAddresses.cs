using System.Net;
using Conductor.Host.Http;

namespace Conductor.Host.Composition;

/// <summary>Where the server listens, as sockets.</summary>
internal sealed class ListenAddresses
{
    private ListenAddresses(IReadOnlyList<ListenSocket> sockets) => Sockets = sockets;

    public IReadOnlyList<ListenSocket> Sockets { get; }

    public IReadOnlyList<IPEndPoint> Endpoints => [.. Sockets.Select(socket => socket.Endpoint)];

    /// <summary>True when a socket speaks TLS, which takes a certificate.</summary>
    public bool HaveTls => Sockets.Any(socket => socket.IsTls);

    /// <summary>True when nobody outside this machine can connect.</summary>
    public bool AreLoopback => Sockets.All(socket => IPAddress.IsLoopback(socket.Endpoint.Address));

    /// <summary>Reads one URL or several with `;` between.</summary>
    /// <returns>A sentence that says what is wrong, or null.</returns>
    public static string? TryParse(string text, out ListenAddresses addresses)
    {
        var endpoints = new List<ListenSocket>();
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

    private static string? Add(string url, List<ListenSocket> endpoints)
    {
        // Uri knows no host '*' or '+'; both mean every interface, as they do in ASPNETCORE_URLS.
        var readable = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.PathAndQuery != "/")
        {
            return $"'{url}' is not an address to listen on. Write it like http://127.0.0.1:5080 (scheme, address, port; no path).";
        }

        var (port, isTls) = (uri.Port, uri.Scheme == Uri.UriSchemeHttps);
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address))
        {
            endpoints.Add(new ListenSocket(new IPEndPoint(address, port), isTls));
        }
        else if (HostNames.IsLoopback(uri.Host))
        {
            endpoints.Add(new ListenSocket(new IPEndPoint(IPAddress.Loopback, port), isTls));
        }
        else
        {
            return $"'{url}' names the host '{uri.Host}'. Give an address of this machine instead: 127.0.0.1, [::1], 0.0.0.0 or one of its own.";
        }

        return null;
    }
}

/// <summary>One socket that the server listens on.</summary>
internal sealed record ListenSocket(IPEndPoint Endpoint, bool IsTls);
