using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Faults;

/// <summary>No caller chooses where Conductor connects to, or what it shows there: not by a member of the body, not by a header, not by a name, in no dialect.</summary>
public sealed class OutwardTests
{
    private const string Key = "sk-of-the-operator-0123456789";

    private static readonly string[] Names =
    [
        "base_url", "baseURL", "baseUrl", "api_base", "apiBase", "api_url", "endpoint", "azure_endpoint", "url", "host", "server_url", "target_url", "custom_llm_provider", "proxy", "proxies", "http_proxy",
        "api_key", "apiKey", "api-key", "key", "keys", "authorization", "headers", "extra_headers", "default_headers", "extra_body", "extra_query", "provider_options", "litellm_params", "model_info",
        "callback_url", "webhook", "webhook_url", "redirect_uri", "aws_bedrock_runtime_endpoint", "vertex_credentials", "organization", "tenant", "tenant_id",
    ];

    private static readonly string[] Headers =
    [
        "x-base-url", "x-openai-base-url", "x-api-base", "x-target-url", "x-upstream-url", "x-custom-host", "x-portkey-custom-host", "helicone-target-url", "x-endpoint", "x-proxy", "x-provider", "x-forwarded-host",
        "x-forwarded-proto", "x-original-url", "openai-organization", "openai-project", "proxy-authorization", "cookie", "via",
    ];

    public static TheoryData<string, string> Requests() => new()
    {
        { "/v1/chat/completions", """{"model":"fake/m",MORE,"messages":[{"role":"user","content":"hi",MORE}],"tools":[{"type":"function",MORE,"function":{"name":"f",MORE}}],"metadata":{"a":"b"},"stream_options":null}""" },
        { "/v1/completions", """{"model":"fake/m",MORE,"prompt":"hi"}""" },
        { "/v1/embeddings", """{"model":"fake/m",MORE,"input":"hi"}""" },
        { "/v1/messages", """{"model":"fake/m",MORE,"max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"hi",MORE}],MORE}],"metadata":{"user_id":"u"}}""" },
        { "/v1/responses", """{"model":"fake/m",MORE,"input":[{"role":"user","content":"hi",MORE}]}""" },
        { "/v1beta/models/fake%2Fm:generateContent", """{MORE,"contents":[{"role":"user",MORE,"parts":[{"text":"hi",MORE}]}],"generationConfig":{MORE,"maxOutputTokens":5}}""" },
        { "/api/chat", """{"model":"fake/m",MORE,"stream":false,"messages":[{"role":"user","content":"hi",MORE}],"options":{MORE,"num_predict":5}}""" },
        { "/api/generate", """{"model":"fake/m",MORE,"stream":false,"prompt":"hi"}""" },
        { "/v1/operations/response_generation", """{"text":"hi",MORE,"model":"fake/m"}""" },
        { "/v1/operations/response_generation", """{"text":"hi","context":{MORE},"model":"fake/m","options":{MORE}}""" },
        { "/v1/estimate", """{"model":"fake/m",MORE,"messages":[{"role":"user","content":"hi"}]}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Endpoint_NamedByTheCaller_IsNowhereConnectedTo(string path, string template)
    {
        await using var elsewhere = RawUpstream.Start(RawUpstream.Http("{}"));
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", keys: [ {{Key}} ], price: free } }""");
        var address = elsewhere.BaseUrl;
        foreach (var name in Names)
        {
            foreach (var value in new[] { $"\"{address}\"", $$"""{"url":"{{address}}","http":"{{address}}","authorization":"Bearer other"}""" })
            {
                using var response = await gateway.PostAsync(path, template.Replace("MORE", $"\"{name}\":{value}", StringComparison.Ordinal));
                Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), $"{name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            }
        }

        Assert.Empty(elsewhere.Heads);
        Assert.All(upstream.Requests, request =>
        {
            Assert.Equal("Bearer " + Key, request.Headers["authorization"]);
            Assert.StartsWith("/v1/", request.Path, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, request.BodyText + request.Path, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Header_OfTheCaller_ChangesNeitherTargetNorKeyAndStaysHere()
    {
        await using var elsewhere = RawUpstream.Start(RawUpstream.Http("{}"));
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", keys: [ {{Key}} ], price: free } }""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"),
        };
        foreach (var name in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, elsewhere.BaseUrl);
        }

        request.Headers.TryAddWithoutValidation("authorization", "Bearer of-the-caller-0123456789");
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(elsewhere.Heads);
        var sent = upstream.Requests.Single(one => one.Method == "POST");
        Assert.Equal("Bearer " + Key, sent.Headers["authorization"]);
        Assert.DoesNotContain(sent.Headers, header => header.Value.Contains(elsewhere.BaseUrl, StringComparison.Ordinal) || header.Value.Contains("of-the-caller", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://ELSEWHERE/m")]
    [InlineData("fake/http://ELSEWHERE/m")]
    [InlineData("fake/../../../x")]
    [InlineData("fake/%2e%2e/%2e%2e/x")]
    [InlineData("fake/m?x=//ELSEWHERE")]
    [InlineData("fake/m#@ELSEWHERE")]
    [InlineData("fake/@ELSEWHERE/m")]
    [InlineData("fake/m\r\nhost: ELSEWHERE")]
    [InlineData("elsewhere@ELSEWHERE/m")]
    public async Task Model_ThatIsAnAddress_LeadsNowhereElse(string model)
    {
        await using var elsewhere = RawUpstream.Start(RawUpstream.Http("{}"));
        await using var upstream = await FakeUpstream.StartAsync();
        await using var google = await Conductor.TestKit.FakeServer.StartAsync((http, _, _) =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", keys: [ {{Key}} ], price: free }
              google: { plugin: google, base_url: "{{google.Address}}", keys: [ {{Key}} ], price: free, models: [ "*" ] }
            """);
        var name = model.Replace("ELSEWHERE", new Uri(elsewhere.BaseUrl).Authority, StringComparison.Ordinal);
        foreach (var asked in new[] { name, name.Replace("fake/", "google/", StringComparison.Ordinal) })
        {
            using var response = await gateway.PostAsync("/v1/chat/completions", System.Text.Json.JsonSerializer.Serialize(new { model = asked, messages = new[] { new { role = "user", content = "x" } } }));
            Assert.True((int)response.StatusCode is 200 or (>= 400 and < 500), $"{asked}: {(int)response.StatusCode}");
        }

        // Google's dialect writes the model into the path: it stays a part of the path that it is written into.
        Assert.Empty(elsewhere.Heads);
        Assert.All(upstream.Requests.Where(request => request.Method == "POST"), request => Assert.Equal("/v1/chat/completions", request.Path));
        Assert.All(google.Requests, request => Assert.StartsWith("/v1beta/models", request.Path, StringComparison.Ordinal));
    }
}
