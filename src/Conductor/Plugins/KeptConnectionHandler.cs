using System.Net.Sockets;

namespace Conductor.Plugins;

/// <summary>
/// Sends a request again, over another connection, when the kept one that it went over turns out to be closed before a byte of an answer. Servers close idle connections after a few
/// seconds (llama.cpp, vLLM and Node after five), now and then just as a request is on its way; the connection's end then says nothing of the request.
/// </summary>
/// <remarks>A connection that was made for the request is not forgiven: what breaks there has broken over this request.</remarks>
internal sealed class KeptConnectionHandler : DelegatingHandler
{
    /// <summary>Several kept connections may have been closed together. The one after these is new, or fails as a new one would.</summary>
    private const int MostKept = 3;

    private static readonly HttpRequestOptionsKey<bool> WasConnected = new("conductor.connected");

    /// <summary>Connects as a handler does by itself, and notes for which request.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.Set(WasConnected, true);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (var again = 0; ; again++)
        {
            request.Options.Set(WasConnected, false);
            try
            {
                return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException broken) when (again < MostKept && IsClosed(broken) && IsRepeatable(request.Content) && !WasNew(request) && !cancellationToken.IsCancellationRequested)
            {
                // The next one.
            }
        }
    }

    private static bool WasNew(HttpRequestMessage request) => !request.Options.TryGetValue(WasConnected, out var was) || was;

    // An orderly end. A reset may come from a server that fell over this very request.
    private static bool IsClosed(HttpRequestException broken) => broken.HttpRequestError == HttpRequestError.ResponseEnded;

    // A stream can be read once.
    private static bool IsRepeatable(HttpContent? content) => content is null or ByteArrayContent or ReadOnlyMemoryContent;
}
