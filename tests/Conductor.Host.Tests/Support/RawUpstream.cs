using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Conductor.Host.Tests.Support;

/// <summary>An upstream on a bare socket, for answers that no server would write. It has no list of models; every other request gets the one answer.</summary>
internal sealed class RawUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private readonly Task _accepting;
    private int _asked;
    private int _open;

    private RawUpstream(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    /// <summary>Requests that were no questions for models.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Requests that are being answered.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The heads of all requests.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <param name="answer">Writes the answer; the connection is closed when it is done.</param>
    public static RawUpstream Start(Func<Socket, CancellationToken, Task> answer) => new(answer);

    /// <summary>These bytes, and then the end.</summary>
    public static RawUpstream Start(string answer) => new((socket, token) => SendAsync(socket, answer, token));

    public static async Task SendAsync(Socket socket, string text, CancellationToken cancellationToken) => await socket.SendAsync(Encoding.Latin1.GetBytes(text), cancellationToken);

    /// <summary>A whole answer with its right length.</summary>
    public static string Http(string body, string status = "200 OK", string headers = "content-type: application/json\r\n") =>
        $"HTTP/1.1 {status}\r\n{headers}content-length: {Encoding.UTF8.GetByteCount(body)}\r\nconnection: close\r\n\r\n{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body))}";

    /// <summary>The head of a stream that ends with its connection, and its events.</summary>
    public static string Sse(params string[] events) =>
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + string.Concat(events.Select(one => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes($"data: {one}\n\n"))));

    /// <summary>Ends a connection with RST.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    /// <summary>Waits until nothing is being answered any more.</summary>
    public async Task WaitUntilIdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Open > 0)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                if (await ReadRequestAsync(socket) is not { } head)
                {
                    return;
                }

                Heads.Enqueue(head);
                if (head.StartsWith("GET ", StringComparison.Ordinal))
                {
                    await SendAsync(socket, Http("{}", "404 Not Found"), _stopping.Token);
                    return;
                }

                Interlocked.Increment(ref _asked);
                Interlocked.Increment(ref _open);
                try
                {
                    using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                    var watching = WatchAsync(socket, over);
                    await _answer(socket, over.Token);
                    socket.Shutdown(SocketShutdown.Send);
                    await over.CancelAsync();
                    await watching;
                }
                finally
                {
                    Interlocked.Decrement(ref _open);
                }
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client has gone, as some of the answers mean it to, or the test is over.
            }
        }
    }

    // A client that closes its connection is seen as the end of what it sends.
    private static async Task WatchAsync(Socket socket, CancellationTokenSource over)
    {
        try
        {
            var scrap = new byte[256];
            while (await socket.ReceiveAsync(scrap, over.Token) > 0)
            {
            }

            await over.CancelAsync();
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            if (gone is not OperationCanceledException)
            {
                await over.CancelAsync();
            }
        }
    }

    private async Task<string?> ReadRequestAsync(Socket socket)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, _stopping.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.Write(buffer, 0, read);
            var text = Encoding.Latin1.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
            {
                continue;
            }

            var head = text[..end];
            var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase));
            var isChunked = head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
            if (isChunked ? text.EndsWith("0\r\n\r\n", StringComparison.Ordinal)
                : length is null || text.Length - end - 4 >= int.Parse(length["content-length:".Length..], System.Globalization.CultureInfo.InvariantCulture))
            {
                return head;
            }
        }
    }
}
