using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>What callers are told of money: before a call, with its answer, inside its stream, and after it.</summary>
public sealed class UsageTests : IAsyncLifetime
{
    private const string Key = "ck_test_0123456789abcdefghij";
    private const string AcmeKey = "ck_test_acme_0123456789abcde";
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";
    private const string Stream = """{"model":"fake/m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi"}]}""";

    private FakeUpstream _upstream = null!;
    private FakeGemini _google = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _google = await FakeGemini.StartAsync();
        _gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{_upstream.BaseUrl}}", price: catalog }
              google: { plugin: google, base_url: "{{_google.BaseUrl}}", keys: [ g-key ], price: catalog }
              free: { plugin: openai-compatible, base_url: "{{_upstream.BaseUrl}}" }
            """,
            new() { ["CONDUCTOR_API_KEYS"] = $"{Key},acme:{AcmeKey}" },
            models: "catalog:\n  - { provider: fake, model: m, max_output: 1000, usd_per_million: { input: 2, cached_input: 1, output: 8 } }\n  - { provider: google, model: gemini-2.5-flash, usd_per_million: { input: 1, output: 2 } }\naliases: { fast: { targets: [ fake/m, free/x ] } }\n");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _google.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Answer_Whole_SaysItsCostInHeaders()
    {
        _upstream.ReplyWith("x", new FakeUsage(100, 20, CachedTokens: 40));

        using var response = await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat);

        // 60 x 2 + 40 x 1 + 20 x 8 dollars a million.
        Assert.Equal(["0.000320000"], response.Headers.GetValues("x-conductor-cost-usd"));
        Assert.Equal(["settled"], response.Headers.GetValues("x-conductor-cost-status"));
    }

    [Fact]
    public async Task Stream_AskedForItsCost_SaysItInTheUsageAndChangesNothingElse()
    {
        var usage = new FakeUsage(100, 20);
        _upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("hello").Finish().UsageIfAsked(usage).Done()));

        var plain = await TextAsync(Stream);
        var told = await TextAsync(Stream, ("x-conductor-include-cost", "true"));
        var declined = await TextAsync(Stream, ("x-conductor-include-cost", "false"));

        Assert.DoesNotContain("\"cost\"", plain, StringComparison.Ordinal);
        Assert.Contains("\"usage\":{\"cost\":0.000360000,", told, StringComparison.Ordinal);
        Assert.Equal(plain, told.Replace("\"cost\":0.000360000,", "", StringComparison.Ordinal));
        Assert.Equal(plain, declined);
        Assert.EndsWith("data: [DONE]\n\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_OfAnotherDialectsTarget_SaysItsCostToo()
    {
        var told = await TextAsync(Stream.Replace("fake/m", "google/gemini-2.5-flash", StringComparison.Ordinal), ("x-conductor-include-cost", "true"));

        var usage = told.Split("\n\n").Where(line => line.Contains("\"usage\":{", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line[6..]).GetProperty("usage")).Single();
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt32() + (2 * usage.GetProperty("completion_tokens").GetInt32()), usage.GetProperty("cost").GetDecimal() * 1_000_000);
        Assert.True(usage.GetProperty("cost").GetDecimal() > 0);
        Assert.EndsWith("data: [DONE]\n\n", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WrongSwitch_Is400()
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/chat/completions", Stream, Key, ("x-conductor-include-cost", "maybe"));

        await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
    }

    [Fact]
    public async Task Generation_ItsOwnTenants_SaysCostRouteAttemptsTimes()
    {
        _upstream.ReplyWith("x", new FakeUsage(100, 20));
        using var answer = await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat, AcmeKey);
        var id = answer.Headers.GetValues("x-request-id").Single();

        var found = await JsonAsync($"/v1/generations/{id}", AcmeKey);

        Assert.Equal((id, "acme", "env-2", "chat", "succeeded"), (Text(found, "id"), Text(found, "tenant_id"), Text(found, "key"), Text(found, "operation"), Text(found, "status")));
        Assert.Equal("0.000360000", found.GetProperty("cost_usd").GetRawText());
        Assert.Equal("settled", Text(found, "cost_status"));
        Assert.Equal("""["fake/m"]""", found.GetProperty("route").GetRawText());
        var attempt = found.GetProperty("attempts")[0];
        Assert.Equal((1, "fake", "m", 120), (attempt.GetProperty("attempt").GetInt32(), Text(attempt, "provider"), Text(attempt, "model"), attempt.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Matches("^[0-9a-f]{12}$", Text(attempt, "price_version"));
        Assert.True(attempt.GetProperty("duration_ms").GetDouble() >= 0 && attempt.GetProperty("reserved_usd").GetDouble() > 0.00036);
    }

    [Fact]
    public async Task Generation_AnotherTenantsOrNone_IsTheSame404()
    {
        using var answer = await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat, AcmeKey);
        var id = answer.Headers.GetValues("x-request-id").Single();

        using var others = await SendAsync(HttpMethod.Get, $"/v1/generations/{id}", null, Key);
        using var nobodys = await SendAsync(HttpMethod.Get, "/v1/generations/req_none", null, Key);

        var error = await ErrorAssert.IsAsync(others, 404, "invalid_request_error", "generation_not_found");
        var other = await ErrorAssert.IsAsync(nobodys, 404, "invalid_request_error", "generation_not_found");
        Assert.Equal(error.GetProperty("message").GetString()!.Replace(id, "req_none", StringComparison.Ordinal), other.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Usage_OfOneTenant_HasTheMetricsOfItsCallsAlone()
    {
        _upstream.ReplyWith("x", new FakeUsage(100, 20)).ReplyWith("x", new FakeUsage(1000, 0)).Reply(FakeReply.Error(400));
        (await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat, AcmeKey)).Dispose();
        (await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat, Key)).Dispose();
        (await SendAsync(HttpMethod.Post, "/v1/chat/completions", Chat, AcmeKey)).Dispose();

        var acme = await JsonAsync("/v1/usage?period=today&by=key", AcmeKey);
        var all = await JsonAsync("/v1/usage?period=today&by=tenant", Key);
        var one = await JsonAsync("/v1/usage?tenant=acme&model=fake/m&provider=fake&operation=chat&key_name=env-2", Key);

        Assert.Equal((2, 1, 1, 120), (Number(acme, "total_requests"), Number(acme, "successful_requests"), Number(acme, "failed_requests"), Number(acme, "total_tokens")));
        Assert.Equal("0.036", acme.GetProperty("total_cost_cents").GetDecimal().ToString("0.###", System.Globalization.CultureInfo.InvariantCulture));
        var chat = acme.GetProperty("by_operation").GetProperty("chat");
        Assert.Equal((2, 0.5), (Number(chat, "request_count"), chat.GetProperty("error_rate").GetDouble()));
        var fake = acme.GetProperty("by_provider").GetProperty("fake");
        Assert.Equal((2, 1, 1), (Number(fake, "request_count"), Number(fake, "success_count"), Number(fake, "error_count")));
        Assert.Equal("acme/env-2", Text(acme.GetProperty("groups")[0], "name"));
        Assert.Equal((3, "*"), (Number(all, "total_requests"), Text(all, "tenant_id")));
        Assert.Equal("acme default", string.Join(' ', all.GetProperty("groups").EnumerateArray().Select(group => Text(group, "name"))));
        Assert.Equal((2, "acme"), (Number(one, "total_requests"), Text(one, "tenant_id")));
    }

    [Theory]
    [InlineData("?tenant=default", 403, "tenant_not_allowed")]
    [InlineData("?period=tomorrow", 400, "invalid_value")]
    [InlineData("?by=day", 400, "invalid_value")]
    [InlineData("?tennant=acme", 400, "invalid_value")]
    [InlineData("?from=2026-11-20&until=2026-11-20", 400, "invalid_value")]
    [InlineData("?period=today&from=2026-11-20", 400, "invalid_value")]
    public async Task Usage_WrongQuestion_IsRefused(string query, int status, string code)
    {
        using var response = await SendAsync(HttpMethod.Get, "/v1/usage" + query, null, AcmeKey);

        await ErrorAssert.IsAsync(response, status, status == 403 ? "permission_error" : "invalid_request_error", code);
    }

    [Fact]
    public async Task Estimate_TokensThatAreGiven_IsTheirPriceAtEveryTarget()
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/estimate", """{"model":"fast","input_tokens":1000,"cached_tokens":400,"output_tokens":50}""");
        var estimate = await response.Content.ReadFromJsonAsync<JsonElement>();

        // 600 x 2 + 400 x 1 + 50 x 8 dollars a million.
        Assert.Equal("0.002000000", estimate.GetProperty("estimated_cost_usd").GetRawText());
        Assert.Equal(("fast", "estimated"), (Text(estimate, "route"), Text(estimate, "cost_status")));
        Assert.Equal("fake/m=0.002000000 free/x=0.000000000", string.Join(' ', estimate.GetProperty("targets").EnumerateArray()
            .Select(target => $"{Text(target, "provider")}/{Text(target, "model")}={target.GetProperty("estimated_cost_usd").GetRawText()}")));
        Assert.DoesNotContain(_upstream.Requests, request => request.Path.EndsWith("/completions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Estimate_ARequestAsItWouldBeSent_CountsItAndTakesItsLimit()
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/estimate", """{"model":"fake/m","messages":[{"role":"user","content":"Hello there, how are you?"}],"max_tokens":100}""");
        var target = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("targets")[0];

        var input = target.GetProperty("usage").GetProperty("input_tokens").GetInt64();
        Assert.InRange(input, 8, 30);
        Assert.Equal((100, true), (Number(target.GetProperty("usage"), "output_tokens"), target.GetProperty("output_is_limit").GetBoolean()));
        Assert.Equal(((input * 2) + (100 * 8)) / 1_000_000m, target.GetProperty("estimated_cost_usd").GetDecimal());
    }

    [Theory]
    [InlineData("""{"input_tokens":1}""", 400, "missing_required_parameter")]
    [InlineData("""{"model":"fake/m"}""", 400, "missing_required_parameter")]
    [InlineData("""{"model":"fake/m","input_tokens":-1}""", 400, "invalid_value")]
    [InlineData("""{"model":"nobody","input_tokens":1}""", 404, "model_not_found")]
    [InlineData("[]", 400, "invalid_json")]
    public async Task Estimate_WrongQuestion_IsRefused(string body, int status, string code)
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/estimate", body);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((status, code), ((int)response.StatusCode, Text(error, "code")));
    }

    private async Task<string> TextAsync(string body, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Post, "/v1/chat/completions", body, Key, headers);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<JsonElement> JsonAsync(string path, string key)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, key);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, string key = Key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", key);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await _gateway.Client.SendAsync(request);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}
