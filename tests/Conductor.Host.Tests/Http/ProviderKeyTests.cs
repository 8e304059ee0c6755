using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

/// <summary>Several keys of one upstream, through the shipped plugins.</summary>
public sealed class ProviderKeyTests
{
    private const string Chat = """{"model":"fake/m","max_tokens":20,"messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData(64, "/v1/chat/completions", Chat)]
    [InlineData(600, "/v1/chat/completions", Chat)]
    [InlineData(64, "/v1/messages", Chat)]
    [InlineData(64, "/v1/embeddings", """{"model":"fake/e","input":"a"}""")]
    [InlineData(64, "/v1/operations/response_generation", """{"text":"hello","model":"fake/m"}""")]
    public async Task ManyAtOnce_NoKeyIsAskedMoreThanItsLimit(int callers, string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, """[ { value: "sk-first-key", rpm: 20 }, { value: "sk-second-key", rpm: 5, weight: 2 } ]""", new ManualTimeProvider());
        var statuses = new ConcurrentBag<HttpStatusCode>();

        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            using var response = await gateway.PostAsync(path, body);
            statuses.Add(response.StatusCode);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Assert.Equal("60000", response.Headers.GetValues("retry-after-ms").Single());
            }
        }));

        Assert.Equal((25, callers - 25), (statuses.Count(status => status == HttpStatusCode.OK), statuses.Count(status => status == HttpStatusCode.TooManyRequests)));
        Assert.Equal((20, 5), (Asked(upstream, "sk-first-key"), Asked(upstream, "sk-second-key")));
    }

    [Fact]
    public async Task KeyThatIsRefused_IsSetAsideAndTold_AndTheCallIsAnsweredWithTheOther()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Headers["authorization"].EndsWith("sk-first-key", StringComparison.Ordinal)
            ? FakeReply.Error(401, "invalid_api_key")
            : FakeReply.Text("hello")));
        await using var gateway = await StartAsync(upstream, """[ "sk-first-key", "sk-second-key" ]""");

        for (var i = 0; i < 5; i++)
        {
            using var response = await gateway.PostAsync("/v1/chat/completions", Chat);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.InRange(upstream.Requests.Count(request => request.Method == "POST" && request.Headers["authorization"].EndsWith("sk-first-key", StringComparison.Ordinal)), 0, 1);
        var status = await gateway.GetJsonAsync("/v1/status");
        var provider = status.GetProperty("providers").EnumerateArray().Single(one => one.GetProperty("id").GetString() == "fake");
        var keys = provider.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal([(1, "set_aside", "the upstream refuses it"), (2, "in_use", null)], keys.Select(key => (key.GetProperty("number").GetInt32(), key.GetProperty("state").GetString(), key.GetProperty("reason").GetString())));
        Assert.DoesNotContain("sk-first", status.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpstreamSaysThatNothingIsLeft_NobodyIsAskedUntilThen()
    {
        var time = new ManualTimeProvider();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(
            200,
            """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""",
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "7.5s")));
        await using var gateway = await StartAsync(upstream, """[ "sk-first-key" ]""", time);
        using var first = await gateway.PostAsync("/v1/chat/completions", Chat);

        using var refused = await gateway.PostAsync("/v1/chat/completions", Chat);

        var error = await ErrorAssert.IsAsync(refused, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal(("7500", "8", "0"), (One(refused, "retry-after-ms"), One(refused, "retry-after"), One(refused, "x-conductor-attempts")));
        Assert.Equal("The keys of provider 'fake' have nothing left of their limits now.", error.GetProperty("message").GetString());
        Assert.Equal(1, upstream.Requests.Count(request => request.Method == "POST"));
        time.Advance(TimeSpan.FromSeconds(7.5));
        using var again = await gateway.PostAsync("/v1/chat/completions", Chat);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("openai", "authorization", "")]
    [InlineData("anthropic", "x-api-key", "")]
    [InlineData("google", "x-goog-api-key", "")]
    [InlineData("huggingface", "authorization", "api_style: dedicated, ")]
    [InlineData("azure-openai", "api-key", "deployments: { m: m }, ")]
    [InlineData("ollama", "authorization", "")]
    public async Task Plugin_AsksWithAllOfItsKeys(string plugin, string header, string settings)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync($$"""
            providers:
              fake: { plugin: {{plugin}}, base_url: "{{upstream.BaseUrl}}", {{settings}}price: free, keys: [ "sk-first-key", "sk-second-key" ] }
            cache: { enabled: false }
            """);
        var before = upstream.Requests.Count;

        for (var i = 0; i < 4; i++)
        {
            (await gateway.PostAsync("/v1/chat/completions", Chat)).Dispose(); // what it answers does not matter
        }

        var used = upstream.Requests.Skip(before).Where(request => request.Method == "POST").Select(request => request.Headers[header].Split(' ')[^1]).ToHashSet();
        Assert.Equal(["sk-first-key", "sk-second-key"], used.Order());
    }

    private static Task<TestGateway> StartAsync(FakeUpstream upstream, string keys, TimeProvider? time = null) => TestGateway.StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m, e ], keys: {{keys}} }
        limits: { max_concurrent_requests: 1000 }
        cache: { enabled: false }
        """,
        models: "catalog: [ { provider: fake, model: e, usd_per_million: { input: 0, output: 0 }, capabilities: [ embeddings ] } ]",
        configure: time is null ? null : services => services.AddSingleton(time));

    private static int Asked(FakeUpstream upstream, string key) =>
        upstream.Requests.Count(request => request.Method == "POST" && request.Headers["authorization"] == $"Bearer {key}");

    private static string One(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
