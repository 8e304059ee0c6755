using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Conductor.Host.Lab.Requests;

/// <summary>What came back.</summary>
/// <param name="Status">The status; 0 = the connection was closed without an answer.</param>
/// <param name="Body">The body, taken out of its chunks.</param>
/// <param name="IsKept">Whether the next request may follow.</param>
internal sealed record LabAnswer(int Status, byte[] Body, bool IsKept)
{
    public static LabAnswer None { get; } = new(0, [], false);
}

/// <summary>A connection that sends any bytes, and reads one answer to them.</summary>
internal sealed class RequestConnection(Uri address) : IDisposable
{
    private Socket? _socket;

    /// <summary>Sends a request and reads its answer.</summary>
    /// <exception cref="TimeoutException">There is neither an answer nor an end in time.</exception>
    public async Task<LabAnswer> AskAsync(LabRequest request, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
        if (!request.IsWhole)
        {
            Close(); // what is left of one broken request must not become the beginning of the next
        }

        try
        {
            var isNew = _socket is null;
            var answer = await TryAsync(request.Bytes, limit.Token);
            if (answer.Status == 0 && !isNew)
            {
                answer = await TryAsync(request.Bytes, limit.Token); // the kept one had been closed
            }

            if (!request.IsWhole || !answer.IsKept)
            {
                Close();
            }

            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Close();
            throw new TimeoutException();
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private async Task<LabAnswer> TryAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await _socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
            }

            var isHead = bytes.AsSpan().StartsWith("HEAD "u8);
            var sending = SendAsync(_socket, bytes, cancellationToken);
            var buffer = new byte[16 * 1024];
            while (await _socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var read)
            {
                received.Write(buffer, 0, read);
                if (Parse(received.GetBuffer().AsSpan(0, (int)received.Length), isOver: isHead) is { } answer)
                {
                    return sending.IsCompleted ? answer : answer with { IsKept = false };
                }
            }
        }
        catch (SocketException)
        {
            // Reset: what came before it counts.
        }

        Close();
        return Parse(received.GetBuffer().AsSpan(0, (int)received.Length), isOver: true) ?? LabAnswer.None;
    }

    // The server may answer and close before it has read all.
    private static async Task SendAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                at += await socket.SendAsync(bytes.AsMemory(at), cancellationToken);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The read tells what became of it.
        }
    }

    /// <summary>A whole answer; null while there is none.</summary>
    internal static LabAnswer? Parse(ReadOnlySpan<byte> bytes, bool isOver)
    {
        while (true)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return null;
            }

            var head = Encoding.Latin1.GetString(bytes[..end]);
            var body = bytes[(end + 4)..];
            var status = head.Length >= 12 && int.TryParse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
            if (status is >= 100 and < 200)
            {
                bytes = body; // interim
                continue;
            }

            var lines = head.Split("\r\n");
            var isKept = !Has(lines, "connection", "close");
            if (status is 204 or 304)
            {
                return new LabAnswer(status, [], isKept);
            }

            if (Has(lines, "transfer-encoding", "chunked"))
            {
                return Unchunk(body) is { } whole ? new LabAnswer(status, whole, isKept) : isOver ? new LabAnswer(status, body.ToArray(), false) : null;
            }

            if (Value(lines, "content-length") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                return body.Length >= length ? new LabAnswer(status, body[..length].ToArray(), isKept && body.Length == length) : isOver ? new LabAnswer(status, body.ToArray(), false) : null;
            }

            return isOver ? new LabAnswer(status, body.ToArray(), false) : null;
        }
    }

    private static byte[]? Unchunk(ReadOnlySpan<byte> body)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            var end = body.IndexOf("\r\n"u8);
            if (end < 0 || !int.TryParse(Encoding.ASCII.GetString(body[..end]).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length) || body.Length < end + 2 + length + 2)
            {
                return null;
            }

            if (length == 0)
            {
                return whole.ToArray();
            }

            whole.Write(body.Slice(end + 2, length));
            body = body[(end + 2 + length + 2)..];
        }
    }

    private static string? Value(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } found ? found[(name.Length + 1)..].Trim() : null;

    private static bool Has(string[] lines, string name, string value) => Value(lines, name)?.Contains(value, StringComparison.OrdinalIgnoreCase) == true;
}
