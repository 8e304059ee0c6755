using System.Net;
using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.Providers;
using Conductor.TestKit;
using Conductor.Wire;

namespace Conductor.Host.Tests.Http;

/// <summary>What is lost between two dialects is said, or refused.</summary>
public sealed class LossTests
{
    private const string Lossy = """{"model":"ollama/llama3.2","messages":[{"role":"user","content":"Hi"}],"logit_bias":{"5":1},"user":"u"STREAM}""";

    [Fact]
    public void Key_IsTheSameOnBothSidesOfTheContract() => Assert.Equal(ChatKeys.RefuseLosses, RefusedLosses.Key);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Strict_ALossIsRefusedAndNobodyIsAsked(bool isStreaming)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2" });
        await using var gateway = await StartAsync(ollama);

        using var response = await SendAsync(gateway, Lossy, isStreaming, "true");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Equal("logit_bias", error.GetProperty("param").GetString());
        Assert.Empty(ollama.RequestsTo("/api/chat"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Strict_WithoutALoss_IsAnswered(bool isStreaming)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2" });
        await using var gateway = await StartAsync(ollama);

        using var response = await SendAsync(gateway, """{"model":"ollama/llama3.2","messages":[{"role":"user","content":"Hi"}],"seed":3STREAM}""", isStreaming, "true");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("x-conductor-dropped-params"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NotStrict_LossesAreTold(bool isStreaming)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2" });
        await using var gateway = await StartAsync(ollama);

        using var response = await SendAsync(gateway, Lossy, isStreaming, "false");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["logit_bias,user"], response.Headers.GetValues("x-conductor-dropped-params"));
    }

    [Theory]
    [InlineData("false", 200)]
    [InlineData("true", 400)]
    public async Task Embeddings_MembersThatHaveNoHome_AreToldOrRefused(string strict, int status)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "all-minilm", Capabilities = ["embedding"] });
        await using var gateway = await StartAsync(ollama);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
        {
            Content = new StringContent("""{"model":"ollama/all-minilm","input":"a","user":"u","encoding_format":"base64"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-conductor-strict", strict);

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 200, response.Headers.Contains("x-conductor-dropped-params"));
        if (status != 200)
        {
            Assert.Equal("user", (await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter")).GetProperty("param").GetString());
            Assert.Empty(ollama.RequestsTo("/api/embed"));
        }
    }

    [Fact]
    public async Task Strict_NeitherTrueNorFalse_IsRefused()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var gateway = await StartAsync(ollama);

        using var response = await SendAsync(gateway, Lossy, isStreaming: false, "yes");

        Assert.Equal("x-conductor-strict", (await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Failure_OfTheUpstream_BearsItsRequestId()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(500, "{}", ("x-request-id", "up-42")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""");

        await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_error");
        Assert.Equal(["up-42"], response.Headers.GetValues("x-conductor-upstream-request-id"));
        Assert.False(response.Headers.Contains("x-should-retry")); // one attempt was made
    }

    [Theory]
    [InlineData(500, null, "false")]
    [InlineData(429, "7", null)]
    public async Task Failure_AfterSeveralAttempts_IsNotToBeTriedAgainUnlessAWaitIsNamed(int status, string? wait, string? expected)
    {
        (string, string)[] headers = wait is null ? [] : [("retry-after", wait)];
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(status, "{}", headers));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              a: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ] }
              b: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ] }
            """,
            models: "aliases: { both: { targets: [ a/m, b/m ], strategy: ordered } }");

        using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"both","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal(["2"], response.Headers.GetValues("x-conductor-attempts"));
        Assert.Equal(expected, response.Headers.TryGetValues("x-should-retry", out var should) ? should.Single() : null);
    }

    private static Task<TestGateway> StartAsync(FakeOllama ollama) =>
        TestGateway.StartAsync($$"""providers: { ollama: { plugin: ollama, base_url: "{{ollama.BaseUrl}}" } }""");

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, string body, bool isStreaming, string strict)
    {
        var text = body.Replace("STREAM", isStreaming ? ",\"stream\":true" : "", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(text, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-strict", strict);
        return await gateway.Client.SendAsync(request);
    }
}
