using System.Net;
using Conductor.Access;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Where a request comes from. What headers say of it is believed only of proxies that the configuration trusts.</summary>
internal static class CallerAddress
{
    private const string ForwardedFor = "x-forwarded-for";
    private const string ForwardedProto = "x-forwarded-proto";

    /// <summary>The caller's own address; null where it cannot be told.</summary>
    public static IPAddress? Of(HttpContext http, ServerSettings server)
    {
        var address = Plain(http.Connection.RemoteIpAddress);
        if (server.TrustedProxies.Count == 0 || !AddressRanges.Contain(server.TrustedProxies, address))
        {
            return address;
        }

        // From the end: what the nearest proxy wrote, then what it was told by the one before it, as long as that is trusted too. What comes before may be anybody's.
        var hops = http.Request.Headers[ForwardedFor].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0; i--)
        {
            address = Read(hops[i]);
            if (address is null || !AddressRanges.Contain(server.TrustedProxies, address))
            {
                return address;
            }
        }

        return address;
    }

    /// <summary>Whether nobody between the caller and this machine can read along: TLS here or at a trusted proxy, or no way between at all.</summary>
    public static bool IsPrivate(HttpContext http, ServerSettings server)
    {
        if (http.Request.IsHttps)
        {
            return true;
        }

        var connected = Plain(http.Connection.RemoteIpAddress);
        if (server.TrustedProxies.Count > 0 && AddressRanges.Contain(server.TrustedProxies, connected))
        {
            var told = http.Request.Headers[ForwardedProto].ToString();
            return told.Length > 0 ? told[(told.LastIndexOf(',') + 1)..].Trim().Equals("https", StringComparison.OrdinalIgnoreCase) : IsLoopback(Of(http, server));
        }

        return IsLoopback(connected);
    }

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    // `1.2.3.4`, `1.2.3.4:80`, `[::1]:80`, `::1`.
    private static IPAddress? Read(string text) =>
        IPAddress.TryParse(text, out var address) ? Plain(address) : IPEndPoint.TryParse(text, out var endpoint) ? Plain(endpoint.Address) : null;
}
