using System.Net;
using System.Net.Sockets;
using System.Text;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Tests;

/// <summary>Proxies of the environment are for the outside: nothing for this machine goes through one.</summary>
public sealed class UpstreamProxyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:11434/api/tags")]
    [InlineData("http://127.8.9.10:1")]
    [InlineData("http://[::1]:8080/v1")]
    [InlineData("http://[::ffff:127.0.0.1]:8080/v1")]
    [InlineData("http://localhost:8080/v1")]
    [InlineData("https://LOCALHOST/v1")]
    [InlineData("http://localhost.:8080/v1")]
    [InlineData("http://llama.localhost:8080/v1")]
    public void Loopback_NeverGoesToTheProxy(string address)
    {
        var proxy = new UpstreamProxy(new Always(new Uri("http://127.0.0.1:9")));

        Assert.True(proxy.IsBypassed(new Uri(address)));
        Assert.Null(proxy.GetProxy(new Uri(address)));
    }

    [Theory]
    [InlineData("https://api.openai.com/v1")]
    [InlineData("http://10.0.0.7:8000/v1")]
    [InlineData("http://localhost.example.com/v1")]
    [InlineData("http://127.0.0.1.example.com/v1")]
    [InlineData("http://[::ffff:10.0.0.7]/v1")]
    public void Elsewhere_TheEnvironmentDecides(string address)
    {
        var proxied = new UpstreamProxy(new Always(new Uri("http://127.0.0.1:9")));
        var direct = new UpstreamProxy(new WebProxy("http://127.0.0.1:9", BypassOnLocal: false, [".*"]));

        Assert.False(proxied.IsBypassed(new Uri(address)));
        Assert.Equal(new Uri("http://127.0.0.1:9"), proxied.GetProxy(new Uri(address)));
        Assert.True(direct.IsBypassed(new Uri(address)));
    }

    [Fact]
    public async Task LentClient_TakesTheProxyForOthers_AndNotForThisMachine()
    {
        await using var proxy = OneLineServer.Start("proxy");
        await using var upstream = OneLineServer.Start("upstream");
        await using var services = new ServiceCollection().AddProviderHttpClients(new Always(proxy.Address)).BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("any");

        Assert.Equal("upstream", await client.GetStringAsync(upstream.Address));
        Assert.Equal("proxy", await client.GetStringAsync(new Uri("http://upstream.invalid/")));
        Assert.Equal((1, 1), (proxy.Asked, upstream.Asked));
    }

    /// <summary>As the environment's: unlike <see cref="WebProxy"/> it makes no exception of this machine.</summary>
    private sealed class Always(Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => false;
    }

    private sealed class OneLineServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _serving;

        private OneLineServer(string answer)
        {
            _listener.Start();
            _serving = ServeAsync(answer, _stopping.Token);
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

        public int Asked { get; private set; }

        public static OneLineServer Start(string answer) => new(answer);

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _listener.Stop();
            await _serving;
            _stopping.Dispose();
        }

        private async Task ServeAsync(string answer, CancellationToken token)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(token);
                    var stream = client.GetStream();
                    await stream.ReadAtLeastAsync(new byte[16 * 1024], 1, cancellationToken: token);
                    Asked++;
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {answer.Length}\r\n\r\n{answer}"), token);
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
