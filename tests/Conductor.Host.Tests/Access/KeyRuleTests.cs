using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Access;

/// <summary>What a key may, seen from outside, in every dialect.</summary>
public sealed class KeyRuleTests
{
    private const string Key = "a-long-random-key-0123456789";
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"max_tokens":MAX}""";

    [Theory]
    [InlineData("chat", "/v1/chat/completions", true)]
    [InlineData("chat", "/v1/completions", true)]
    [InlineData("chat", "/v1/messages", true)]
    [InlineData("chat", "/api/chat", true)]
    [InlineData("chat", "/v1beta/models/fake/m:generateContent", true)]
    [InlineData("chat", "/v1beta/models/fake/m:streamGenerateContent", true)]
    [InlineData("chat", "/v1beta/models/fake/m:embedContent", false)]
    [InlineData("chat", "/v1beta/models/fake/m:countTokens", false)]
    [InlineData("chat", "/openai/deployments/fake/m/chat/completions", true)]
    [InlineData("chat", "/openai/deployments/fake/m/embeddings", false)]
    [InlineData("chat", "/v1/embeddings", false)]
    [InlineData("chat", "/v1/responses", false)]
    [InlineData("chat", "/v1/messages/count_tokens", false)]
    [InlineData("chat", "/v1/operations/summarization", false)]
    [InlineData("embeddings", "/v1beta/models/fake/m:batchEmbedContents", true)]
    [InlineData("embeddings", "/openai/deployments/fake/m/embeddings", true)]
    [InlineData("embeddings", "/v1beta/models/fake/m:generateContent", false)]
    [InlineData("count_tokens", "/v1beta/models/fake/m:countTokens", true)]
    [InlineData("operations/summarization", "/v1/operations/summarization", true)]
    [InlineData("operations/summarization", "/v1/operations/summarization:batch", true)]
    [InlineData("operations/summarization", "/v1/operations/sentiment_analysis", false)]
    [InlineData("operations/summarization", "/v1/operations/sentiment_analysis:batch", false)]
    public async Task Routes_Listed_NoOtherAddressWhateverTheDialect(string route, string path, bool isIn)
    {
        await using var gateway = await StartAsync("http://127.0.0.1:1/v1", $"routes: [ \"{route}\" ]");

        using var response = await SendAsync(gateway, HttpMethod.Post, path, "{}");

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(!isIn, text.Contains("may not be used for", StringComparison.Ordinal));
        Assert.Equal(!isIn, (int)response.StatusCode == 403); // let in, the body is wrong
    }

    [Fact]
    public async Task Routes_SingleOperation_ListShowsNoOther()
    {
        await using var gateway = await StartAsync("http://127.0.0.1:1/v1", "routes: [ operations/summarization ]");

        using var response = await SendAsync(gateway, HttpMethod.Get, "/v1/operations", null);

        var names = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("id").GetString());
        Assert.Equal(["summarization"], names);
    }

    [Theory]
    [InlineData("", "127.0.0.0/8", null, 200)]
    [InlineData("", "10.0.0.0/8", null, 403)]
    [InlineData("", "10.0.0.0/8", "10.1.2.3", 403)] // said by nobody who is trusted
    [InlineData("server: { trusted_proxies: [ 127.0.0.1 ] }", "10.0.0.0/8", "10.1.2.3", 200)]
    [InlineData("server: { trusted_proxies: [ 127.0.0.1 ] }", "10.0.0.0/8", "10.1.2.3, 203.0.113.9", 403)]
    [InlineData("server: { trusted_proxies: [ 127.0.0.1 ] }", "127.0.0.0/8", "203.0.113.9", 403)]
    public async Task Addresses_OutsideTheRanges_403(string server, string range, string? forwarded, int status)
    {
        await using var gateway = await StartAsync("http://127.0.0.1:1/v1", $"ip: [ \"{range}\" ]", server);

        using var response = await SendAsync(gateway, HttpMethod.Get, "/v1/models", null, forwarded);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 403)
        {
            Assert.Contains("address_not_allowed", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Addresses_OutsideTheRanges_OpenDocumentTakesTheKeyForNone()
    {
        await using var gateway = await StartAsync("http://127.0.0.1:1/v1", "ip: [ 10.0.0.0/8 ]");

        using var response = await SendAsync(gateway, HttpMethod.Get, "/openapi.json", null);

        Assert.DoesNotContain("summarization.request", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"max_tokens":900}""", 50, true)]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"max_completion_tokens":5,"max_tokens":900}""", 5, false)] // what goes on has one limit, and it is the lower
    [InlineData("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}]}""", 50, true)]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"max_tokens":50}""", 50, false)]
    [InlineData("/v1/messages", """{"model":"fake/m","max_tokens":900,"messages":[{"role":"user","content":"Hi"}]}""", 50, true)]
    [InlineData("/v1/responses", """{"model":"fake/m","max_output_tokens":900,"input":"Hi"}""", 50, true)]
    [InlineData("/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":900}}""", 50, true)]
    [InlineData("/api/chat", """{"model":"fake/m","stream":false,"messages":[{"role":"user","content":"Hi"}],"options":{"num_predict":-1}}""", 50, true)]
    [InlineData("/v1/operations/response_generation", """{"text":"hello","model":"fake/m","max_tokens":900}""", 50, true)]
    public async Task MaxTokens_Larger_LoweredOnTheWayOutAndTold(string path, string body, int sent, bool isTold)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream.BaseUrl, "max_tokens: 50");

        using var response = await SendAsync(gateway, HttpMethod.Post, path, body);

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var asked = JsonElement.Parse(upstream.Requests.Single(request => request.Method == "POST").Body);
        var limits = asked.EnumerateObject().Where(member => member.Name is "max_tokens" or "max_completion_tokens").Select(member => member.Value.GetInt32());
        Assert.Equal([sent], limits);
        Assert.Equal(isTold, response.Headers.TryGetValues("x-conductor-loss", out var losses) && losses.Single().Contains("max_tokens", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("900", 400)]
    [InlineData("50", 200)]
    public async Task MaxTokens_StrictCaller_RefusedInsteadOfLowered(string asked, int status)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream.BaseUrl, "max_tokens: 50");

        using var response = await SendAsync(gateway, HttpMethod.Post, "/v1/chat/completions", Chat.Replace("MAX", asked, StringComparison.Ordinal), isStrict: true);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 400)
        {
            await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "max_tokens_exceeded", "max_tokens");
            Assert.DoesNotContain(upstream.Requests, request => request.Method == "POST");
        }
    }

    [Fact]
    public async Task Models_OfAKey_ListsOfEveryDialectShowNoOther()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream.BaseUrl, "models: [ fake/m ]");

        foreach (var path in (string[])["/v1/models", "/anthropic/v1/models", "/v1beta/models", "/api/tags"])
        {
            using var response = await SendAsync(gateway, HttpMethod.Get, path, null);
            var text = await response.Content.ReadAsStringAsync();
            Assert.Contains("fake/m", text, StringComparison.Ordinal);
            Assert.DoesNotContain("local/", text, StringComparison.Ordinal);
        }

        using var other = await SendAsync(gateway, HttpMethod.Post, "/v1/chat/completions", """{"model":"fake/other","messages":[{"role":"user","content":"Hi"}]}""");
        await ErrorAssert.IsAsync(other, 403, "permission_error", "model_not_allowed", "model");
        using var batch = await SendAsync(gateway, HttpMethod.Post, "/v1/operations/sentiment_analysis", """{"inputs":["a","b"],"model":"local/sentiment"}""");
        Assert.Contains("model_not_allowed", await batch.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>No route is a side door: nothing of a model that the key may not use is asked, whatever the dialect and whatever the name leads over.</summary>
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"MODEL","stream":true,"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/v1/completions", """{"model":"MODEL","prompt":"Hi"}""")]
    [InlineData("/v1/embeddings", """{"model":"MODEL","input":"Hi"}""")]
    [InlineData("/v1/responses", """{"model":"MODEL","input":"Hi"}""")]
    [InlineData("/v1/messages", """{"model":"MODEL","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/v1/messages/count_tokens", """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/v1beta/models/MODEL:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}]}""")]
    [InlineData("/v1beta/models/MODEL:countTokens", """{"contents":[{"parts":[{"text":"Hi"}]}]}""")]
    [InlineData("/v1beta/models/MODEL:embedContent", """{"content":{"parts":[{"text":"Hi"}]}}""")]
    [InlineData("/openai/deployments/MODEL/chat/completions", """{"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/api/chat", """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/api/generate", """{"model":"MODEL","prompt":"Hi"}""")]
    [InlineData("/api/embed", """{"model":"MODEL","input":"Hi"}""")]
    [InlineData("/v1/operations/response_generation", """{"model":"MODEL","text":"Hi"}""")]
    [InlineData("/v1/operations/response_generation", """{"model":"MODEL","inputs":["Hi","Ho"]}""")]
    [InlineData("/v1/operations/embeddings", """{"model":"MODEL","text":"Hi"}""")]
    [InlineData("/v1/estimate", """{"model":"MODEL","text":"Hi"}""")]
    public async Task Models_NotListed_NobodyIsAsked(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Method == "GET" ? FakeReply.Models("m", "other") : FakeReply.Error(500, "down"))); // so that a fallback would be tried
        await using var gateway = await StartAsync(upstream.BaseUrl, "models: [ fake/m ]", models: "aliases: { wide: { targets: [ fake/other ] }, mixed: { targets: [ fake/m ], fallbacks: [ fake/other ] } }");

        foreach (var name in (string[])["fake/other", "other", "wide"])
        {
            using var response = await SendAsync(gateway, HttpMethod.Post, path.Replace("MODEL", name, StringComparison.Ordinal), body.Replace("MODEL", name, StringComparison.Ordinal));
            Assert.Contains("may not use model", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(upstream.Requests, request => request.Method == "POST");
        using var mixed = await SendAsync(gateway, HttpMethod.Post, path.Replace("MODEL", "mixed", StringComparison.Ordinal), body.Replace("MODEL", "mixed", StringComparison.Ordinal));
        Assert.DoesNotContain(upstream.Requests, request => request.BodyText.Contains("\"other\"", StringComparison.Ordinal));
    }

    private static Task<TestGateway> StartAsync(string baseUrl, string rules, string more = "", string? models = null) => TestGateway.StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{baseUrl}}", price: free, models: [ m, other ] }
        {{more}}
        """,
        models: models,
        tenants: $$"""
        tenants: { acme: {} }
        keys:
          - { tenant: acme, name: web, key: "{{Key}}", {{rules}} }
        """);

    private static Task<HttpResponseMessage> SendAsync(TestGateway gateway, HttpMethod method, string path, string? body, string? forwarded = null, bool isStrict = false)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (forwarded is not null)
        {
            request.Headers.Add("x-forwarded-for", forwarded);
        }

        if (isStrict)
        {
            request.Headers.Add("x-conductor-strict", "true");
        }

        return gateway.Client.SendAsync(request);
    }
}
