using System.Net;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Which names a request may call this server by.</summary>
internal static class HostNames
{
    /// <summary>`localhost`, `*.localhost` and every loopback address. Brackets around IPv6 are taken as they come in a Host header.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>True for a request without an Origin, and for one whose page is served by this machine.</summary>
    public static bool IsLocalOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLoopback(page.Host));
    }

    public static bool IsListed(string host, IReadOnlyList<string> allowed)
    {
        foreach (var name in allowed)
        {
            if (name.Equals(host, StringComparison.OrdinalIgnoreCase)
                || (name.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
