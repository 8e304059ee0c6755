using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Host.Http;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

/// <summary>Limits from outside: no route is a side door, and what the headers say is true.</summary>
public sealed class LimitTests
{
    private const string Chat = """{"model":"fake/m","max_tokens":20,"messages":[{"role":"user","content":"Hi"}]}""";
    private const string Streamed = """{"model":"fake/m","stream":true,"max_tokens":20,"messages":[{"role":"user","content":"Hi"}]}""";

    // What a client may claim to be somebody else by.
    private static readonly string[] Claims = ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "x-request-id", "x-conductor-metadata", "user-agent"];

    [Theory]
    [InlineData(64, "/v1/chat/completions", Chat)]
    [InlineData(600, "/v1/chat/completions", Chat)]
    [InlineData(64, "/v1/chat/completions", Streamed)]
    [InlineData(600, "/v1/chat/completions", Streamed)]
    [InlineData(64, "/openai/v1/chat/completions", Chat)]
    [InlineData(64, "/v1/completions", """{"model":"fake/m","max_tokens":2,"prompt":"Hi"}""")]
    [InlineData(64, "/v1/responses", """{"model":"fake/m","input":"Hi"}""")]
    [InlineData(600, "/v1/responses", """{"model":"fake/m","stream":true,"input":"Hi"}""")]
    [InlineData(64, "/v1/messages", Chat)]
    [InlineData(600, "/v1/messages", Streamed)]
    [InlineData(64, "/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}]}""")]
    [InlineData(600, "/v1beta/models/fake/m:streamGenerateContent?alt=sse", """{"contents":[{"parts":[{"text":"Hi"}]}]}""")]
    [InlineData(600, "/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData(64, "/api/generate", """{"model":"fake/m","prompt":"Hi","stream":false}""")]
    [InlineData(600, "/v1/operations/response_generation", """{"text":"hello","model":"fake/m"}""")]
    [InlineData(64, "/v1/operations/response_generation?stream=true", """{"text":"hello","model":"fake/m"}""")]
    [InlineData(64, "/v1/embeddings", """{"model":"fake/e","input":"a"}""")]
    [InlineData(600, "/v1/embeddings", """{"model":"fake/e","input":"a"}""")]
    [InlineData(64, "/v1beta/models/fake/e:embedContent", """{"content":{"parts":[{"text":"a"}]}}""")]
    [InlineData(64, "/api/embed", """{"model":"fake/e","input":"a"}""")]
    [InlineData(64, "/v1/operations/embeddings", """{"text":"a","model":"fake/e"}""")]
    public async Task Route_ManyAtOnceOnALimitOfTwenty_TwentyAreAskedWhateverTheyClaimToBe(int callers, string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ rpm: 20 }", new ManualTimeProvider());
        var answers = new ConcurrentBag<(HttpStatusCode Status, string Body, bool IsTold)>();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        async Task Ask(int caller)
        {
            await start.Task;
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreach (var claim in Claims)
            {
                request.Headers.TryAddWithoutValidation(claim, claim == "x-conductor-metadata" ? $$"""{"c":"{{caller}}"}""" : claim == "forwarded" ? $"for=10.0.0.{caller % 250}" : $"10.1.{caller / 250}.{caller % 250}");
            }

            using var response = await gateway.Client.SendAsync(request);
            var isTold = response.Headers.GetValues("x-ratelimit-limit-requests").Single() == "20"
                && (response.StatusCode == HttpStatusCode.OK) == (response.Headers.RetryAfter is null);
            answers.Add((response.StatusCode, await response.Content.ReadAsStringAsync(), isTold));
        }

        var asking = Enumerable.Range(0, callers).Select(Ask).ToList();
        start.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((20, callers - 20), (answers.Count(one => one.Status == HttpStatusCode.OK), answers.Count(one => one.Status == HttpStatusCode.TooManyRequests)));
        Assert.Equal(20, upstream.Requests.Count(request => request.Method == "POST" && !request.Path.EndsWith("/v1/completions", StringComparison.Ordinal))); // it has no such address
        Assert.All(answers.Where(one => one.Status == HttpStatusCode.TooManyRequests), one => Assert.Contains("The limit of tenant 'default' is reached: 20 requests per minute.", Unescaped(one.Body), StringComparison.Ordinal));
        Assert.All(answers, one => Assert.True(one.IsTold));
    }

    [Theory]
    [InlineData(64, 4)]
    [InlineData(20, 32)]
    public async Task Batches_EachItemIsARequest(int callers, int items)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ rpm: 20 }", new ManualTimeProvider());
        var statuses = new ConcurrentBag<int>();
        var body = $$"""{"model":"fake/m","inputs":[{{string.Join(',', Enumerable.Range(0, items).Select(i => $"\"text {i}\""))}}]}""";

        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            using var response = await gateway.PostAsync("/v1/operations/response_generation:batch", body);
            Assert.Equal("20", response.Headers.GetValues("x-ratelimit-limit-requests").Single());
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            foreach (var item in answer.RootElement.GetProperty("results").EnumerateArray())
            {
                statuses.Add(item.GetProperty("status").GetInt32());
            }
        }));

        Assert.Equal((20, (callers * items) - 20), (statuses.Count(status => status == 200), statuses.Count(status => status == 429)));
        Assert.Equal(20, upstream.Requests.Count(request => request.Method == "POST"));
    }

    [Theory]
    [InlineData(64, "/v1/chat/completions", Chat)]
    [InlineData(600, "/v1/chat/completions", Chat)]
    [InlineData(600, "/v1/chat/completions", Streamed)]
    [InlineData(64, "/v1/responses", """{"model":"fake/m","input":"Hi"}""")]
    [InlineData(64, "/v1/messages", Chat)]
    [InlineData(64, "/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}]}""")]
    [InlineData(64, "/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData(64, "/v1/operations/response_generation", """{"text":"hello","model":"fake/m"}""")]
    [InlineData(64, "/v1/embeddings", """{"model":"fake/e","input":"a"}""")]
    public async Task Route_ManyAtOnceOnTwentyPlaces_TwentyReachTheUpstreamAndTheRestAreToldToWait(int callers, string path, string body)
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => FakeReply.After(hold.Task, request.Path.EndsWith("embeddings", StringComparison.Ordinal) ? FakeReply.Embeddings([1f, 2f, 3f]) : FakeReply.Text("hi"))));
        await using var gateway = await StartAsync(upstream, "{ concurrency: 20 }", time: null);
        var statuses = new ConcurrentBag<int>();

        var asking = Enumerable.Range(0, callers).Select(async _ =>
        {
            using var response = await gateway.PostAsync(path, body);
            Assert.Equal(response.StatusCode == HttpStatusCode.OK, response.Headers.RetryAfter is null);
            await response.Content.ReadAsStringAsync();
            statuses.Add((int)response.StatusCode);
        }).ToList();
        for (var tries = 0; statuses.Count < callers - 20; tries++)
        {
            Assert.True(tries < 1_500);
            await Task.Delay(20);
        }

        hold.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((20, callers - 20), (statuses.Count(status => status == 200), statuses.Count(status => status == (path == "/v1/messages" ? 529 : 503))));
        Assert.Equal(20, upstream.Requests.Count(request => request.Method == "POST"));
    }

    [Theory]
    [InlineData("/v1/chat/completions", Chat, "error.code", "rate_limit_exceeded")]
    [InlineData("/v1/chat/completions", Streamed, "error.code", "rate_limit_exceeded")]
    [InlineData("/v1/messages", Chat, "error.type", "rate_limit_error")]
    [InlineData("/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":20}}""", "error.status", "RESOURCE_EXHAUSTED")]
    [InlineData("/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"options":{"num_predict":20}}""", "error", null)]
    public async Task Client_WaitsJustAsLongAsItIsTold_GetsIn(string path, string body, string member, string? value)
    {
        var time = new ManualTimeProvider();
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ rpm: 4, tpm: 400 }", time);
        var random = new Random(3);
        var refusals = 0;
        for (var i = 0; i < 40; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 7_000)));
            using var response = await gateway.PostAsync(path, body);
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode == HttpStatusCode.OK)
            {
                continue;
            }

            refusals++;
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            using var error = JsonDocument.Parse(text);
            var found = member.Split('.').Aggregate(error.RootElement, (at, name) => at.GetProperty(name));
            Assert.Contains(value ?? "The limit of tenant 'default' is reached", found.GetString(), StringComparison.Ordinal);
            var milliseconds = long.Parse(response.Headers.GetValues("retry-after-ms").Single(), CultureInfo.InvariantCulture);
            Assert.Equal(((milliseconds + 999) / 1000).ToString(CultureInfo.InvariantCulture), response.Headers.GetValues("retry-after").Single());
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            using var again = await gateway.PostAsync(path, body);
            await again.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        }

        Assert.InRange(refusals, 3, 40);
    }

    [Theory]
    [InlineData("/v1/chat/completions", Chat)]
    [InlineData("/v1/chat/completions", Streamed)]
    [InlineData("/v1/messages", Chat)]
    public async Task Answer_TellsHowTheLimitsStand(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ rpm: 60, tpm: 10000, tokens_per_day: 5000 }", new ManualTimeProvider());
        (await gateway.PostAsync(path, body)).Dispose();

        using var response = await gateway.PostAsync(path, body);
        using var unknown = await gateway.PostAsync(path, body.Replace("fake/m", "fake/none", StringComparison.Ordinal));

        Assert.Equal(("60", "58", "1m0s"), Of(response, "requests"));
        Assert.Equal("57", Of(unknown, "requests").Remaining); // an error tells it, too
        Assert.DoesNotContain("conductor_rate_limit_refusals_total{", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        using var large = await gateway.PostAsync(path, body.Replace("20", "9000", StringComparison.Ordinal));
        Assert.Equal(("false", null), (One(large, "x-should-retry"), large.Headers.RetryAfter));
        Assert.Contains("conductor_rate_limit_refusals_total{scope=\"tenant\",unit=\"tokens\",period=\"day\"} 1", await gateway.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        var (limit, remaining, reset) = Of(response, "tokens");
        Assert.Equal(("5000", "24h0m0s"), (limit, reset)); // the day's has less left than the minute's
        Assert.InRange(int.Parse(remaining, CultureInfo.InvariantCulture), 4_800, 4_999);
        Assert.Equal(path == "/v1/messages", response.Headers.Contains("anthropic-ratelimit-requests-limit"));
        if (path == "/v1/messages")
        {
            Assert.Equal(("60", "58", "2026-01-01T00:01:00Z"), (One(response, "anthropic-ratelimit-requests-limit"), One(response, "anthropic-ratelimit-requests-remaining"), One(response, "anthropic-ratelimit-requests-reset")));
            Assert.Equal(("5000", "2026-01-02T00:00:00Z"), (One(response, "anthropic-ratelimit-tokens-limit"), One(response, "anthropic-ratelimit-tokens-reset")));
        }
    }

    [Fact]
    public async Task SlowStream_WhoseHeadersGoOutFirst_TellsItToo()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.After(gate.Task, FakeReply.Text("late")));
        await using var gateway = await StartAsync(upstream, "{ rpm: 60 }", time: null, more: "reliability: { stream_commit_after: 100ms }");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Streamed, Encoding.UTF8, "application/json") };

        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("59", Of(response, "requests").Remaining);
        gate.SetResult();
        Assert.Contains("[DONE]", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutLimits_NothingIsTold()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat);

        Assert.DoesNotContain(response.Headers, header => header.Key.Contains("ratelimit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_HasItsOwnLimit_InWhateverHeaderItComes_AndTheOtherKeyGoesOn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free }
            """,
            tenants: """
            tenants:
              acme: { limits: { rpm: 8 } }
            keys:
              - { tenant: acme, name: web, key: a-long-and-random-key-1, limits: { rpm: 3 } }
              - { tenant: acme, name: job, key: a-long-and-random-key-2 }
            """,
            configure: services => services.AddSingleton<TimeProvider>(new ManualTimeProvider()));

        async Task<(int Status, string Body)> Ask(string path, string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Chat, Encoding.UTF8, "application/json") };
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await gateway.Client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(200, (await Ask("/v1/chat/completions", "authorization", "Bearer a-long-and-random-key-1")).Status);
        Assert.Equal(200, (await Ask("/v1/messages", "x-api-key", "a-long-and-random-key-1")).Status);
        Assert.Equal(200, (await Ask("/openai/v1/chat/completions", "api-key", "a-long-and-random-key-1")).Status);
        var refused = await Ask("/v1/messages", "x-api-key", "a-long-and-random-key-1");
        Assert.Contains("The limit of key 'web' is reached: 3 requests per minute.", Unescaped(refused.Body), StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await Ask("/v1/chat/completions", "authorization", "Bearer a-long-and-random-key-2")).Status);
        }

        refused = await Ask("/v1/chat/completions", "authorization", "Bearer a-long-and-random-key-2");
        Assert.Contains("The limit of tenant 'acme' is reached: 8 requests per minute.", Unescaped(refused.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokensOfTheDay_SurviveARestart()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Text("hi", new FakeUsage(300, 100)));
        using var data = new TemporaryFolder();
        var day = DateTime.UtcNow.Date;
        await using (var before = await StartAsync(upstream, "{ tokens_per_day: 820 }", time: null, data: data.Path))
        {
            for (var i = 0; i < 2; i++)
            {
                using var answer = await before.PostAsync("/v1/chat/completions", Chat);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        await using var after = await StartAsync(upstream, "{ tokens_per_day: 820 }", time: null, data: data.Path);
        using var refused = await after.PostAsync("/v1/chat/completions", Chat);

        if (refused.StatusCode == HttpStatusCode.OK)
        {
            Assert.NotEqual(day, DateTime.UtcNow.Date); // only where midnight came between
            return;
        }

        await ErrorAssert.IsAsync(refused, 429, "rate_limit_error", "rate_limit_exceeded");
        Assert.Equal("20", Of(refused, "tokens").Remaining);
    }

    [Fact]
    public async Task DollarsOfTheDay_AreABudget()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: catalog, models: [ m ] }
            limits: { usd_per_day: 30 }
            """,
            models: "catalog: [ { provider: fake, model: m, usd_per_million: { input: 0, output: 1000000 } } ]");
        using var first = await gateway.PostAsync("/v1/chat/completions", Chat); // may cost 20 dollars, and costs two

        using var second = await gateway.PostAsync("/v1/chat/completions", Chat.Replace("20", "29", StringComparison.Ordinal));

        Assert.Equal("28.000000000", One(first, "x-conductor-budget-remaining-usd"));
        var error = await ErrorAssert.IsAsync(second, 429, "insufficient_quota", "budget_exceeded");
        Assert.StartsWith("The budget of all calls does not allow this call", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.4, "1ms")]
    [InlineData(20, "20ms")]
    [InlineData(1_000, "1s")]
    [InlineData(2_750, "2.75s")]
    [InlineData(60_000, "1m0s")]
    [InlineData(360_000, "6m0s")]
    [InlineData(3_723_500, "1h2m3.5s")]
    [InlineData(86_400_000, "24h0m0s")]
    public void Duration_AsOpenAIWritesIt(double milliseconds, string text) => Assert.Equal(text, LimitHeaders.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    private static Task<TestGateway> StartAsync(FakeUpstream upstream, string limits, TimeProvider? time, string more = "", string? data = null) => TestGateway.StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m, e ] }
        limits: { max_concurrent_requests: 1000 }
        cache: { enabled: false }
        {{more}}
        """,
        models: "catalog: [ { provider: fake, model: e, usd_per_million: { input: 0, output: 0 }, capabilities: [ embeddings ] } ]",
        tenants: $$"""
        tenants:
          default: { limits: {{limits}} }
        """,
        data: data,
        configure: time is null ? null : services => services.AddSingleton(time));

    private static (string Limit, string Remaining, string Reset) Of(HttpResponseMessage response, string unit) =>
        (One(response, $"x-ratelimit-limit-{unit}"), One(response, $"x-ratelimit-remaining-{unit}"), One(response, $"x-ratelimit-reset-{unit}"));

    private static string One(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();

    private static string Unescaped(string json) => json.Replace("\\u0027", "'", StringComparison.Ordinal);
}
