using System.Net;
using System.Net.Sockets;

namespace Conductor.Network;

/// <summary>Which addresses belong to the public internet, and to nobody's own machine, network or cloud.</summary>
public static class PublicAddress
{
    // What IANA has set aside (RFC 6890 and its registries), and the address at which Azure's machines find their own services.
    private static readonly IPNetwork[] NotPublic =
    [
        .. Networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    ];

    // Of IPv6 only this is given out; the rest is loopback, mapped and translated IPv4, link-local, unique local, multicast, or nobody's yet.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    // Inside it: the protocols' own block (Teredo, ORCHID), documentation, and 6to4, which has an IPv4 address inside.
    private static readonly IPNetwork[] NotPublic6 = [.. Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")];

    /// <summary>Whether it is one that anybody on the internet could reach, by the address alone.</summary>
    public static bool Is(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetwork
            ? !NotPublic.Any(network => network.Contains(address))
            : address.ScopeId == 0 && Global.Contains(address) && !NotPublic6.Any(network => network.Contains(address));
    }

    private static IEnumerable<IPNetwork> Networks(params string[] texts) => texts.Select(text => IPNetwork.Parse(text));
}
