using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

public class ChatTests
{
    private const string Whole = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}],"x_unknown":{"kept":true}}""";

    [Theory]
    [InlineData("/v1")]
    [InlineData("/openai/v1")]
    public async Task Whole_UpstreamsBytes_AsTheyCame(string prefix)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Json("""{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4},"vendor":  [1.50]}"""));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync(prefix + "/chat/completions", Whole);

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"vendor\":  [1.50]", text, StringComparison.Ordinal);
        using var sent = JsonDocument.Parse(Chat(upstream).Body);
        Assert.Equal("m", sent.RootElement.GetProperty("model").GetString());
        Assert.True(sent.RootElement.GetProperty("x_unknown").GetProperty("kept").GetBoolean());
    }

    [Theory]
    [InlineData("x-conductor-max-cost", "0.01")]
    [InlineData("X-Conductor-Timeout-Msec", "5")]
    public async Task Header_OfOursThatIsNotActedUpon_400NamesIt(string name, string value)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        gateway.Client.DefaultRequestHeaders.Add(name, value);

        using var response = await gateway.PostAsync("/v1/chat/completions", Whole);

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Equal(name.ToLowerInvariant(), error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Whole_Headers_TellWhoAnsweredAndWhatItCost()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", Whole);

        string Header(string name) => response.Headers.GetValues(name).Single();
        Assert.Equal("fake", Header("x-conductor-provider"));
        Assert.Equal("m", Header("x-conductor-model"));
        Assert.Equal("1", Header("x-conductor-attempts"));
        Assert.Equal("0", Header("x-conductor-fallbacks"));
        Assert.Equal("bypass", Header("x-conductor-cache"));
        Assert.Equal("0.000000000", Header("x-conductor-cost-usd"));
        Assert.Equal("settled", Header("x-conductor-cost-status"));
        Assert.Contains("upstream-ttfb;dur=", Header("server-timing"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whole_FirstOfTwoTargetsDead_FallbackInHeadersAndBothAttemptsBooked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              dead: { plugin: openai-compatible, base_url: "http://127.0.0.1:1/v1", price: free, models: [ m ] }
              fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] }
            """,
            models: "aliases: { both: { targets: [ dead/m, fake/m ], strategy: ordered } }");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(Whole.Replace("fake/m", "both", StringComparison.Ordinal), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-request-id", "fallback-1");

        using var response = await gateway.Client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["2"], response.Headers.GetValues("x-conductor-attempts"));
        Assert.Equal(["1"], response.Headers.GetValues("x-conductor-fallbacks"));
        Assert.Equal(["fake"], response.Headers.GetValues("x-conductor-provider"));
        Assert.Equal(["both"], response.Headers.GetValues("x-conductor-route"));
        await gateway.App.DrainAsync();
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);
        var rows = await gateway.App.Services.GetRequiredService<ILedgerStore>().FindAsync("default", "fallback-1", CancellationToken.None);
        Assert.Equal(["dead", "fake"], rows.Select(row => row.Provider));
    }

    [Fact]
    public async Task Whole_SameRequestIdTwice_BothCallsBooked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        gateway.Client.DefaultRequestHeaders.Add("x-request-id", "the-same");

        using var first = await gateway.PostAsync("/v1/chat/completions", Whole);
        using var second = await gateway.PostAsync("/v1/chat/completions", Whole);
        await gateway.App.DrainAsync();
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);

        Assert.Equal(2, (await gateway.App.Services.GetRequiredService<ILedgerStore>().FindAsync("default", "the-same", CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Whole_AllTargetsDead_502WithoutAddress()
    {
        await using var gateway = await TestGateway.InFrontOfAsync("http://127.0.0.1:1/v1");

        using var response = await gateway.PostAsync("/v1/chat/completions", Whole);

        var error = await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_unreachable");
        Assert.Equal("fake", error.GetProperty("provider").GetString());
        Assert.DoesNotContain("127.0.0.1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["1"], response.Headers.GetValues("x-conductor-attempts"));
    }

    [Fact]
    public async Task Whole_UpstreamLimits_429WithBothRetryHeaders()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Error(429, "rate_limit_exceeded", headers: ("retry-after", "7")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", Whole);

        await ErrorAssert.IsAsync(response, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal(["7"], response.Headers.GetValues("retry-after"));
        Assert.Equal(["7000"], response.Headers.GetValues("retry-after-ms"));
    }

    [Fact]
    public async Task Whole_UpstreamRefusesOurKey_502NotTheCallersFault()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Error(401, "invalid_api_key", "key sk-secret-canary is wrong"));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", Whole);

        await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_credentials_exhausted");
        Assert.DoesNotContain("canary", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whole_TimeoutHeader_504InTime()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Hang());
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Whole, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-timeout-ms", "300");

        using var response = await gateway.Client.SendAsync(request);

        await ErrorAssert.IsAsync(response, 504, "timeout_error", "upstream_timeout");
    }

    [Fact]
    public async Task Whole_ClientLeaves_UpstreamStopsWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Hang());
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        using var leave = new CancellationTokenSource();

        var asking = gateway.Client.PostAsync("/v1/chat/completions", new StringContent(Whole, Encoding.UTF8, "application/json"), leave.Token);
        var seen = await WaitForChatAsync(upstream);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await seen.Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Embeddings_UpstreamsBytes_AsTheyCame()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/embeddings", """{"model":"fake/e","input":["a","b"]}""");

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(2, body.GetProperty("data").GetArrayLength());
        Assert.Equal(["fake"], response.Headers.GetValues("x-conductor-provider"));
    }

    internal static RecordedRequest Chat(FakeUpstream upstream) => upstream.Requests.Single(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal));

    /// <summary>The first chat request, when it has come; the gateway also asks for the list of models.</summary>
    [Fact]
    public async Task Chat_ConnectionBreaksInsideTheAnswer_TheNetworksFailure()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.CutBody("""{"choices":[{"message":{"content":"hel"""));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""");

        var error = await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_unreachable");
        Assert.Equal("network", error.GetProperty("category").GetString());
    }

    internal static async Task<RecordedRequest> WaitForChatAsync(FakeUpstream upstream)
    {
        for (var count = 1; ; count++)
        {
            var request = await upstream.WaitForRequestAsync(count).WaitAsync(TimeSpan.FromSeconds(10));
            if (request.Path.EndsWith("/chat/completions", StringComparison.Ordinal))
            {
                return request;
            }
        }
    }
}
