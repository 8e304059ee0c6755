using System.Net;
using System.Net.Sockets;
using System.Text;
using Conductor.TestKit;

namespace Conductor.Providers.Ollama.Tests;

/// <summary>Servers that answer by halves, too much, or in a form that is not quite Ollama's.</summary>
public sealed class BrokenConnectionTests
{
    private const string Card = """{"capabilities":["completion"],"model_info":{"general.architecture":"llama","llama.context_length":8192}}""";

    [Theory]
    [InlineData("content-type: application/json\r\ncontent-length: 500\r\n\r\n{\"message\":", false)]
    [InlineData("content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"messag", true)]
    public async Task ClosedInsideAnAnswer_IsTheNetworks(string rest, bool isStreaming)
    {
        await using var server = RawServer.Start(Whole(Card), "HTTP/1.1 200 OK\r\n" + rest);
        await using var test = TestProvider.For(server.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => isStreaming ? test.StreamAsync() : test.AskAsync());

        Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsTransient));
        Assert.DoesNotContain("127.0.0.1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClosedInsideTheList_KeepsTheModels_UntilTheThirdTime()
    {
        const string Half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"models\":";
        await using var server = RawServer.Start(Half);
        await using var test = TestProvider.For(server.BaseUrl);

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.ListModelsAsync(CancellationToken.None));
            Assert.Equal(ProviderErrorKind.Network, failure.Kind);
        }

        Assert.Empty(await test.Provider.ListModelsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task EndlessAnswerToAStream_StopsAtTheLimit()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Endless(64 * 1024 * 1024));
        await using var test = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.StreamAsync());

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
        Assert.Contains("larger than", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinesThatCallThemselvesJson_AreAStream()
    {
        const string Lines = "\ufeff{\"message\":{\"content\":\"half \"},\"done\":false}\r\n{\"message\":{\"content\":\"and half\"},\"done\":false}\r\n\r\n{\"done\":true,\"done_reason\":\"stop\"}\r\n";
        await using var server = RawServer.Start(Whole(Card), Whole(Lines));
        await using var test = TestProvider.For(server.BaseUrl);

        var updates = await test.StreamAsync();

        Assert.Equal("half and half", string.Concat(updates.Select(update => update.Text)));
        Assert.Equal("stop", updates[^1].FinishReason?.Value);
    }

    [Fact]
    public async Task AnswerOnManyLines_IsAStreamOfOne()
    {
        await using var server = RawServer.Start(Whole(Card), Whole("{\n  \"message\": {\n    \"content\": \"whole\"\n  },\n  \"done\": true\n}\n"));
        await using var test = TestProvider.For(server.BaseUrl);

        Assert.Equal("whole", string.Concat((await test.StreamAsync()).Select(update => update.Text)));
    }

    private static string Whole(string body) =>
        $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Gives each connection the next of its answers as it is, the last one again and again, and closes it in good order.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _serving;

        private RawServer(string[] answers)
        {
            _listener.Start();
            _serving = ServeAsync(answers, _stopping.Token);
        }

        public string BaseUrl => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public static RawServer Start(params string[] answers) => new(answers);

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            _listener.Stop();
            await _serving;
            _stopping.Dispose();
        }

        private async Task ServeAsync(string[] answers, CancellationToken token)
        {
            var next = 0;
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(token);
                    var stream = client.GetStream();
                    if (await stream.ReadAtLeastAsync(new byte[64 * 1024], 1, throwOnEndOfStream: false, token) == 0)
                    {
                        continue; // a probe: it only looks whether somebody listens
                    }

                    await stream.WriteAsync(Encoding.UTF8.GetBytes(answers[Math.Min(next++, answers.Length - 1)]), token);
                    client.Client.Shutdown(SocketShutdown.Send);
                    await stream.CopyToAsync(Stream.Null, token);
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException or InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}
