using System.Net;
using System.Net.Sockets;
using System.Text;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Tests;

/// <summary>Connections that a server has closed while nobody used them, as llama.cpp, vLLM and Node do after five seconds.</summary>
public sealed class KeptConnectionTests
{
    [Fact]
    public async Task Kept_ClosedAsTheRequestArrives_IsSentAgainOverANewOne()
    {
        await using var server = new ClosingServer(answersPerConnection: 1);
        using var client = Client();

        var first = await PostAsync(client, server.Address);
        var second = await PostAsync(client, server.Address);

        Assert.Equal(("1: hi", "2: hi"), (first, second));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Kept_SeveralClosedTogether_AreAllPassedOver()
    {
        await using var server = new ClosingServer(answersPerConnection: 1);
        using var client = Client();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostAsync(client, server.Address)));

        Assert.EndsWith(": hi", await PostAsync(client, server.Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_ClosedWithoutAnAnswer_IsNotSentAgain()
    {
        await using var server = new ClosingServer(answersPerConnection: 0);
        using var client = Client();

        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(client, server.Address));

        Assert.Equal((1, 1), (server.Connections, server.Requests));
    }

    private static HttpClient Client() => new ServiceCollection().AddProviderHttpClients().BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("upstream");

    private static async Task<string> PostAsync(HttpClient client, Uri address)
    {
        using var content = new ByteArrayContent("hi"u8.ToArray());
        using var answer = await client.PostAsync(address, content);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Answers so many requests over a connection, reads one more and closes it without a word.</summary>
    private sealed class ClosingServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _answersPerConnection;
        private readonly Task _accepting;
        private int _connections;
        private int _requests;

        public ClosingServer(int answersPerConnection)
        {
            _answersPerConnection = answersPerConnection;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

        public int Connections => _connections;

        public int Requests => _requests;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync(), Interlocked.Increment(ref _connections));
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task ServeAsync(TcpClient client, int number)
        {
            using (client)
            {
                var stream = client.GetStream();
                for (var answered = 0; await ReadRequestAsync(stream); answered++)
                {
                    Interlocked.Increment(ref _requests);
                    if (answered == _answersPerConnection)
                    {
                        return;
                    }

                    var body = $"{number}: hi";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-length: {body.Length}\r\n\r\n{body}"));
                }
            }
        }

        private static async Task<bool> ReadRequestAsync(NetworkStream stream)
        {
            var (read, one) = (new StringBuilder(), new byte[1]);
            while (!read.ToString().EndsWith("\r\n\r\nhi", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one) == 0)
                {
                    return false;
                }

                read.Append((char)one[0]);
            }

            return true;
        }
    }
}
