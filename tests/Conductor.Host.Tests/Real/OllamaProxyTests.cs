using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>
/// The provider in front of somebody else's Ollama protocol with a real model behind it: npm's ollama-api-proxy on a llama.cpp server. It knows
/// `/api/tags` and `/api/chat` only, and leaves `format` out. Skipped, with the reason, where there is none.
/// </summary>
public sealed class OllamaProxyTests(StoryServer server) : IClassFixture<StoryServer>
{
    [SkippableFact]
    public async Task Chat_IsRealText_WithItsUsageEstimated()
    {
        using var proxy = StartProxy();
        await using var gateway = await StartAsync(proxy);

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat(isStreaming: false));

        var answer = await JsonOf(response);
        Assert.NotEmpty(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!);
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.True(answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0); // the proxy counts nothing
    }

    [SkippableFact]
    public async Task Stream_IsTheSameText_PieceByPiece()
    {
        using var proxy = StartProxy();
        await using var gateway = await StartAsync(proxy);
        using var whole = await gateway.PostAsync("/v1/chat/completions", Chat(isStreaming: false));

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat(isStreaming: true));

        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var pieces = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => JsonElement.Parse(line["data: ".Length..]).GetProperty("choices")[0].GetProperty("delta"))
            .Select(delta => delta.TryGetProperty("content", out var content) ? content.GetString() ?? "" : "").Where(piece => piece.Length > 0).ToList();
        Assert.True(pieces.Count > 3, "more than a few pieces");
        Assert.Equal((await JsonOf(whole)).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), string.Concat(pieces));
    }

    [SkippableFact]
    public async Task ResponseGeneration_IsRealText()
    {
        using var proxy = StartProxy();
        await using var gateway = await StartAsync(proxy);

        using var response = await gateway.PostAsync("/v1/operations/response_generation", """{"model":"ollama/real","text":"Once upon a time","max_tokens":30}""");

        var body = await JsonOf(response);
        Assert.NotEmpty(body.GetProperty("result").GetProperty("text").GetString()!);
        Assert.Equal("ollama", body.GetProperty("metadata").GetProperty("provider_used").GetString());
    }

    // Without `format` a model of children's stories tells one, twice. What matters is that nobody takes it for a result.
    [SkippableTheory]
    [InlineData("sentiment_analysis")]
    [InlineData("summarization")]
    public async Task OperationsThatNeedASchema_EndInAClearError(string operation)
    {
        using var proxy = StartProxy();
        await using var gateway = await StartAsync(proxy);

        using var response = await gateway.PostAsync($"/v1/operations/{operation}", """{"model":"ollama/real","text":"What a wonderful day it was.","max_tokens":40}""");

        var error = await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_invalid_response");
        Assert.Contains("not in the shape", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Embeddings_SayThatThereAreNone()
    {
        using var proxy = StartProxy();
        await using var gateway = await StartAsync(proxy);

        using var response = await gateway.PostAsync("/v1/embeddings", """{"model":"ollama/some-embedder","input":"a"}""");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Contains("/api/embed", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static string Chat(bool isStreaming) =>
        $$"""{"model":"ollama/real","messages":[{"role":"user","content":"Once upon a time"}],"max_tokens":20,"temperature":0,"stream":{{(isStreaming ? "true" : "false")}}}""";

    private static async Task<TestGateway> StartAsync(NodeClient proxy) => await TestGateway.StartAsync(
        $$"""
        providers:
          ollama: { plugin: ollama, base_url: "{{(await proxy.ReadAsync()).GetProperty("url").GetString()}}" }
        """);

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private NodeClient StartProxy()
    {
        Skip.If(server.WhyNot is not null, server.WhyNot);
        var whyNot = NodeClient.WhyNoPackage("ollama-api-proxy");
        Skip.If(whyNot is not null, whyNot);
        return NodeClient.Start("ollama-proxy.mjs", new Dictionary<string, string> { ["OPENROUTER_API_KEY"] = "none-needed", ["OPENROUTER_API_URL"] = server.BaseUrl }, LlamaServer.Model);
    }
}
