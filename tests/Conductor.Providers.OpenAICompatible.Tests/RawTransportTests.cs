using System.Text;
using Conductor.TestKit;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class RawTransportTests
{
    [Fact]
    public async Task Raw_Body_GoesOutAndComesBackByteForByte()
    {
        const string Request = """{ "model":"m", "messages":[{"role":"user","content":"hi"}], "unknown_member": {"x":[1,2.50]} }""";
        const string Answer = """{"choices":[{"message":{"content":"x"},"finish_reason":"stop","odd":1.0e0}] , "extra":true}""";
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(200, Answer, ("x-request-id", "req-7"), ("Set-Cookie", "a=b")));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await using var reply = await provider.RawAsync(isStreaming: false, Request);

        Assert.Equal(Answer, await ReadAsync(reply.Body));
        Assert.Equal("req-7", reply.UpstreamRequestId);
        Assert.Equal("application/json", reply.ContentType);
        Assert.Equal(Request, upstream.Requests[0].BodyText);
    }

    [Fact]
    public async Task Raw_DisposedHalfRead_UpstreamSeesTheAbortWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(FakeStream.Endless());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var reply = await provider.RawAsync(isStreaming: true);
        await reply.Body.ReadExactlyAsync(new byte[64]);
        await reply.DisposeAsync();

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Raw_DisposedBeforeAnyByteOfTheBody_UpstreamSeesTheAbortWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Stall());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var reply = await provider.RawAsync(isStreaming: true);
        await reply.DisposeAsync();

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Raw_BodyResetMidway_ReadsAsAProviderFailure()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.CutBody("{\"choices\":[")).ReplyWith(new FakeStream().Role().Reset());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        foreach (var isStreaming in (bool[])[false, true])
        {
            var failure = await Assert.ThrowsAsync<ProviderException>(async () =>
            {
                await using var reply = await provider.RawAsync(isStreaming);
                await ReadAsync(reply.Body);
            });
            Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsTransient));
        }
    }

    [Fact]
    public async Task Raw_AnswerAboveTheCap_IsCutThere()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Endless(64L * 1024 * 1024));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await using var reply = await provider.RawAsync(isStreaming: false);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => ReadAsync(reply.Body));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
    }

    [Theory]
    [InlineData("""{"error":{"message":"slow down","code":"rate_limit_exceeded"}}""", ProviderErrorKind.RateLimited)]
    [InlineData("""{"choices":[{"message":{"content":"x"}}]}""", ProviderErrorKind.InvalidResponse)]
    public async Task Raw_JsonInsteadOfAStream_IsThrown(string body, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.RawAsync(isStreaming: true));

        Assert.Equal(kind, failure.Kind);
    }

    [Theory]
    [InlineData("openai", RawEndpoint.Chat, true)]
    [InlineData("openai", RawEndpoint.Embeddings, true)]
    [InlineData("anthropic", RawEndpoint.Chat, false)]
    [InlineData("anthropic", RawEndpoint.Embeddings, false)]
    public async Task Raw_Supports_ItsOwnDialectOnly(string dialect, RawEndpoint endpoint, bool expected)
    {
        await using var provider = TestProvider.For("http://127.0.0.1:1/v1");

        Assert.Equal(expected, provider.Provider.RawTransport!.Supports(dialect, endpoint));
    }

    private static async Task<string> ReadAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
