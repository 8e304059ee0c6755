using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Conductor.TestKit;

namespace Conductor.Providers.Http.Tests;

public sealed class SendingTests
{
    [Fact]
    public async Task Key_GoesIntoItsHeader_AndOwnHeadersBeatTheProfiles()
    {
        await using var fake = await FakeUpstream.StartAsync();
        var profile = TestUpstream.Profile with { Headers = [new("x-version", "1"), new("x-other", "2")] };
        using var upstream = new TestUpstream(fake.BaseUrl, profile, keyHeader: new KeyHeader("x-api-key"), settings: ("extra_headers:X-Version", "9"));

        var reply = await upstream.Client.SendAsync(new UpstreamRequest("chat/completions") { Body = "{}"u8.ToArray(), Headers = [new("x-once", "3")] }, CancellationToken.None);
        await reply.DisposeAsync();

        var headers = fake.Requests[0].Headers;
        Assert.Equal(("sk-secret", "9", "2", "3"), (headers["x-api-key"], headers["x-version"], headers["x-other"], headers["x-once"]));
        Assert.False(headers.ContainsKey("authorization"));
    }

    [Fact]
    public async Task RequestId_IsOfTheFirstHeaderThatHoldsOne_OnAnswersAndErrors()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Status(200, "{}", ("apim-request-id", "b"), ("x-request-id", "a sentence")))
            .Reply(FakeReply.Status(500, "", ("apim-request-id", "c")))
            .Reply(FakeReply.Bytes(200, "x"u8.ToArray(), "text/html", ("x-request-id", "d")));
        using var upstream = new TestUpstream(fake.BaseUrl, TestUpstream.Profile with { RequestIdHeaders = ["x-request-id", "apim-request-id"] });

        await using var reply = await upstream.Client.PostAsync("x", "{}"u8.ToArray(), isStreaming: false, CancellationToken.None);
        var error = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());
        var page = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());

        Assert.Equal(("b", "c", "d"), (reply.RequestId, error.UpstreamRequestId, page.UpstreamRequestId));
    }

    [Fact]
    public async Task BrokenBody_TellsTheRequestId()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeHalfAsync(listener);
        using var upstream = new TestUpstream(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());

        await serving;
        Assert.Equal((ProviderErrorKind.Network, "req-7", false), (failure.Kind, failure.UpstreamRequestId, failure.IsUnsent));
    }

    [Fact]
    public async Task NoConnection_TellsThatNothingWasSent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var upstream = new TestUpstream(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());

        Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsUnsent));
    }

    private static async Task ServeHalfAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[16 * 1024], 1);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nx-request-id: req-7\r\ncontent-length: 500\r\n\r\n{"u8.ToArray());
        client.Client.Shutdown(SocketShutdown.Send);
        await stream.CopyToAsync(Stream.Null);
    }

    [Fact]
    public async Task Error_MeansWhatTheProviderSays_ElseTheUsual()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Status(418)).Reply(FakeReply.Status(429, """{"error":{"message":"later","param":"x y"}}""")).Reply(FakeReply.Status(429, "later", ("retry-after", "3")));
        using var upstream = new TestUpstream(fake.BaseUrl);

        var own = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());
        var usual = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());
        var byHeader = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());

        Assert.Equal((ProviderErrorKind.Overloaded, "The kettle is a teapot for 'chat/completions' (HTTP 418). Fill it.", "Fill it."), (own.Kind, own.Message, own.Advice));
        Assert.Equal((ProviderErrorKind.RateLimited, "The kettle limits the rate of requests (HTTP 429).", null), (usual.Kind, usual.Message, usual.Param));
        Assert.Equal((9, 3), (usual.RetryAfter!.Value.TotalSeconds, byHeader.RetryAfter!.Value.TotalSeconds));
    }

    [Fact]
    public async Task StreamGivenUpBehindItsEndMark_KeepsTheConnection_BeforeItClosesIt()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Stream(new FakeStream().Raw("data: {}\n\ndata: [DONE]\n\n"))).Reply(FakeReply.Stream(new FakeStream().Raw("data: {}\n\n").Stall()));
        using var upstream = new TestUpstream(fake.BaseUrl);

        for (var i = 0; i < 2; i++)
        {
            await using var reply = await upstream.Client.PostAsync("x", "{}"u8.ToArray(), isStreaming: true, CancellationToken.None);
            await reply.Body.ReadAtLeastAsync(new byte[100], i == 0 ? 22 : 10);
        }

        await upstream.PostAsync();

        await fake.Requests[1].Aborted;
        Assert.Equal(fake.Requests[0].ConnectionId, fake.Requests[1].ConnectionId);
        Assert.NotEqual(fake.Requests[1].ConnectionId, fake.Requests[2].ConnectionId);
    }

    [Fact]
    public async Task AnswerWhereAStreamWasAsked_IsTheErrorInside_OrNoStream()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Json("""{"error":{"message":"x","code":"rate_limit_exceeded"}}""")).Reply(FakeReply.Json("{}"));
        using var upstream = new TestUpstream(fake.BaseUrl);
        var ask = new UpstreamRequest("chat/completions") { Body = "{}"u8.ToArray(), IsStreaming = true };

        var error = await Assert.ThrowsAsync<ProviderException>(() => RawSender.SendAsync(upstream.Client, ask, CancellationToken.None));
        var whole = await Assert.ThrowsAsync<ProviderException>(() => RawSender.SendAsync(upstream.Client, ask, CancellationToken.None));

        Assert.Equal((ProviderErrorKind.RateLimited, ProviderErrorKind.InvalidResponse), (error.Kind, whole.Kind));
    }

    [Fact]
    public async Task WholeAnswerToAStream_HasALimit()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Endless(1024 * 1024));
        using var upstream = new TestUpstream(fake.BaseUrl, TestUpstream.Profile with { MaxReplyBytes = 100_000 });

        var failure = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync(isStreaming: true));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
        Assert.Contains("larger than 100000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyAddresses_AreAllReached()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Otherwise(FakeReply.Json("{}"));
        using var upstream = new TestUpstream(fake.BaseUrl);

        for (var i = 0; i < 300; i++)
        {
            await upstream.PostAsync(path: string.Create(CultureInfo.InvariantCulture, $"models/{i}:chat/completions"));
        }

        Assert.Equal("/v1/models/299:chat/completions", fake.Requests[299].Path);
    }
}
