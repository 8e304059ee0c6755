using System.Net.Sockets;
using System.Text;

namespace Conductor.Host.Tests.Support;

/// <summary>Bytes on a socket, for requests that no HTTP client would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Sends bytes, reads until the server closes or one whole response is there.</summary>
    public static async Task<RawResponse> SendAsync(Uri address, byte[] request)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, limit.Token);
        var stream = client.GetStream();
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            await stream.WriteAsync(request, limit.Token);
            while (!RawResponse.IsWhole(received.GetBuffer().AsSpan(0, (int)received.Length)) && await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            {
                received.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // Reset by the server; what came before it counts.
        }

        return RawResponse.Parse(received.ToArray());
    }

    public static Task<RawResponse> SendAsync(Uri address, string request) => SendAsync(address, Encoding.Latin1.GetBytes(request));

    /// <summary>A POST of these bytes with a right length.</summary>
    public static Task<RawResponse> PostAsync(Uri address, string path, byte[] body, string headers = "content-type: application/json\r\n") => SendAsync(
        address,
        [.. Encoding.Latin1.GetBytes($"POST {path} HTTP/1.1\r\nhost: {address.Authority}\r\n{headers}content-length: {body.Length}\r\nconnection: close\r\n\r\n"), .. body]);
}

/// <summary>What came back.</summary>
internal sealed record RawResponse(int Status, string Head, string Body)
{
    /// <summary>How many status lines came: more than one is a smuggled request.</summary>
    public int StatusLines => (Head + Body).Split("HTTP/1.1 ").Length - 1;

    public static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var head = text[..end].ToLowerInvariant();
        var length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("content-length:", StringComparison.Ordinal));
        return length is not null
            ? text.Length - end - 4 >= int.Parse(length["content-length:".Length..], System.Globalization.CultureInfo.InvariantCulture)
            : head.Contains("chunked", StringComparison.Ordinal) && text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }

    public static RawResponse Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var status = text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;
        return new RawResponse(status, end < 0 ? text : text[..end], end < 0 ? "" : text[(end + 4)..]);
    }
}
