using System.Net;
using System.Net.Sockets;

namespace Conductor.Providers.Ollama;

/// <summary>
/// Whether anybody listens at an address of this machine. Most machines have no Ollama, and Conductor asks for its models at every start: a refused
/// connection answers that in no time, without making an HTTP client first.
/// </summary>
internal static class LoopbackProbe
{
    /// <summary>True unless the connection was refused; true for another machine's address without a look.</summary>
    public static async Task<bool> MayAnswerAsync(Uri address, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) || !IPAddress.IsLoopback(ip))
        {
            return true;
        }

        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(ip, address.Port), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
