using System.Net;
using System.Net.Sockets;

namespace Conductor.Network;

/// <summary>
/// Connects to hosts of the public internet alone: the name is looked up once, what it stands for is judged, and the connection goes to an address that was judged. A name that means
/// something else a moment later, a redirect and a proxy have no way around it. For addresses that a tenant, or whoever has a key of the administration, may set; those in the
/// configuration's files were written by the operator and may be anywhere.
/// </summary>
public sealed class PublicConnect
{
    private static readonly int[] Ports = [443, 8443];

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly Func<IPAddress, bool> _isAllowed;
    private readonly IReadOnlyList<int> _ports;

    /// <summary>As it is used: the system's resolver, public addresses, the ports 443 and 8443.</summary>
    public PublicConnect()
        : this(Dns.GetHostAddressesAsync, PublicAddress.Is, Ports)
    {
    }

    internal PublicConnect(Func<string, CancellationToken, Task<IPAddress[]>> resolve, Func<IPAddress, bool> isAllowed, IReadOnlyList<int> ports)
    {
        _resolve = resolve;
        _isAllowed = isAllowed;
        _ports = ports;
    }

    /// <summary>A <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">The port or every address of the name is refused, the name is not known, or nobody answers. It says nothing of addresses.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
    }

    internal async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (!_ports.Contains(port))
        {
            throw Refused("its port is none of those that are connected to");
        }

        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, "The host name is not known.", failure);
        }

        // One address of ours among several public ones is how a name is made to slip through.
        if (addresses.Length == 0 || !addresses.All(_isAllowed))
        {
            throw Refused("it is not, or not only, on the public internet");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken).ConfigureAwait(false);
            if (socket.RemoteEndPoint is not IPEndPoint reached || !_isAllowed(reached.Address))
            {
                throw Refused("the connection led elsewhere");
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new HttpRequestException(HttpRequestError.ConnectionError, "No connection could be made.", failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static HttpRequestException Refused(string why) => new(HttpRequestError.ConnectionError, $"The host is refused: {why}.");
}
