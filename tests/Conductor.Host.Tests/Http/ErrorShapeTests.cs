using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Http;

public class ErrorShapeTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";

    private TestGateway Gateway => shared.Gateway;

    [Fact]
    public async Task UnknownPath_404NamesNearest()
    {
        using var response = await Gateway.Client.GetAsync("/v1/modles");

        var error = await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "not_found");
        Assert.Contains("/v1/models", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongMethod_405WithAllow()
    {
        using var response = await Gateway.Client.DeleteAsync("/v1/chat/completions");

        await ErrorAssert.IsAsync(response, 405, "invalid_request_error", "method_not_allowed");
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task WrongContentType_415(string type)
    {
        var content = new StringContent(Chat);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using var response = await Gateway.Client.PostAsync("/v1/chat/completions", content);

        await ErrorAssert.IsAsync(response, 415, "invalid_request_error", "unsupported_media_type");
    }

    [Fact]
    public async Task CompressedBody_415()
    {
        var content = new StringContent(Chat, Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await Gateway.Client.PostAsync("/v1/chat/completions", content);

        await ErrorAssert.IsAsync(response, 415, "invalid_request_error", "unsupported_media_type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/JSON; charset=\"UTF-8\"")]
    [InlineData("application/vnd.api+json")]
    [InlineData(null)]
    public async Task JsonContentType_Taken(string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Chat));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        using var response = await Gateway.Client.PostAsync("/v1/chat/completions", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LargeBody_413(bool hasLength)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(new string(' ', 2_000_000), Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = !hasLength;

        using var response = await Gateway.Client.SendAsync(request);

        await ErrorAssert.IsAsync(response, 413, "invalid_request_error", "request_too_large");
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/operations/sentiment_analysis")]
    [InlineData("/openai/v1/chat/completions")]
    public async Task NotJson_400(string path)
    {
        using var response = await Gateway.PostAsync(path, "{not json");

        await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_json");
    }

    [Fact]
    public async Task UnknownProvider_400WithValidNames()
    {
        using var response = await Gateway.PostAsync("/v1/chat/completions", """{"model":"m","provider":"nobody","messages":[{"role":"user","content":"hi"}]}""");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unknown_provider");
        Assert.Equal("provider", error.GetProperty("param").GetString());
        Assert.Contains("fake", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownModel_404()
    {
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{shared.Upstream.BaseUrl}}", models: [ known ] } }""");

        using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/unknown","messages":[{"role":"user","content":"hi"}]}""");

        await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "model_not_found");
    }

    [Fact]
    public async Task UnknownOperation_404NamesNearest()
    {
        using var response = await Gateway.PostAsync("/v1/operations/sentiment_analisys", """{"text":"x"}""");

        var error = await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "operation_not_found");
        Assert.Contains("sentiment_analysis", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":""}""", "text")]
    [InlineData("""{}""", "text")]
    [InlineData("""{"text":1}""", "text")]
    [InlineData("""{"text":"x","temperature":3}""", "temperature")]
    [InlineData("""{"text":"x","top_p":"a"}""", "top_p")]
    [InlineData("""{"text":"x","max_tokens":-1}""", "max_tokens")]
    [InlineData("""{"text":"x","options":{"force_provider":"nobody"}}""", "options.force_provider")]
    [InlineData("""{"text":"x","constraints":{"required_quality_score":2}}""", "constraints.required_quality_score")]
    [InlineData("""{"text":"x","tex":"y"}""", "tex")]
    public async Task WrongOperationRequest_400NamesField(string body, string field)
    {
        using var response = await Gateway.PostAsync("/v1/operations/sentiment_analysis", body);

        Assert.Equal(400, (int)response.StatusCode);
        var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(field, json.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task TextTooLong_400SaysTheLimit()
    {
        using var response = await Gateway.PostAsync("/v1/operations/sentiment_analysis", $$"""{"text":"{{new string('a', 32_001)}}"}""");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_length");
        Assert.Contains("32000", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-conductor-cache", "sometimes")]
    [InlineData("x-conductor-timeout-ms", "-1")]
    [InlineData("x-conductor-timeout-ms", "1e3")]
    [InlineData("x-conductor-max-attempts", "99")]
    [InlineData("x-conductor-metadata", "[1]")]
    [InlineData("x-conductor-metadata", "{\"a\":{\"b\":1}}")]
    [InlineData("x-conductor-metadata", "{\"a\":1,\"a\":2}")]
    [InlineData("x-conductor-metadata", "nonsense")]
    public async Task WrongHeader_400NamesHeader(string name, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Chat, Encoding.UTF8, "application/json") };
        request.Headers.Add(name, value);

        using var response = await Gateway.Client.SendAsync(request);

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
        Assert.Equal(name, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task RequestId_WellFormed_Echoed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("x-request-id", "my-id.1_2");

        using var response = await Gateway.Client.SendAsync(request);

        Assert.Equal(["my-id.1_2"], response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task RequestId_NotWellFormed_Replaced()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("x-request-id", "has spaces <b>");

        using var response = await Gateway.Client.SendAsync(request);

        Assert.StartsWith("req_", response.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_NamesNoSoftware()
    {
        using var response = await Gateway.Client.GetAsync("/health");

        Assert.Empty(response.Headers.Server);
        Assert.False(response.Headers.Contains("x-powered-by"));
    }
}
