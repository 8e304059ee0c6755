using System.Net;
using System.Net.Sockets;

namespace Conductor.Access;

/// <summary>Ranges of addresses as configuration writes them: `10.0.0.0/8`, `2001:db8::/32`, or one address.</summary>
public static class AddressRanges
{
    private const int MappedBits = 96; // ::ffff:0:0/96 holds the addresses of IPv4

    /// <summary>Reads a range. One of IPv4 written as IPv6 (`::ffff:10.0.0.0/104`) is taken as what it means.</summary>
    /// <returns>False where it is none, or has bits behind its prefix.</returns>
    public static bool TryParse(string? text, out IPNetwork range)
    {
        range = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address) || address.ToString().Contains('%', StringComparison.Ordinal))
        {
            return false;
        }

        var most = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var bits = most;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out bits) && bits <= most))
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6 && bits >= MappedBits)
        {
            (address, bits) = (address.MapToIPv4(), bits - MappedBits);
        }

        range = new IPNetwork(address, bits);
        return range.BaseAddress.Equals(address); // 10.1.0.0/8: which of the two is meant?
    }

    /// <summary>Whether one of the ranges holds an address. IPv4 that came in over IPv6 is looked for as IPv4.</summary>
    public static bool Contain(IReadOnlyList<IPNetwork> ranges, IPAddress? address)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (address is null)
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        foreach (var range in ranges)
        {
            if (range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
