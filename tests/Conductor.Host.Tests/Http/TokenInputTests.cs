using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>Token ids for a target that takes text: they are the text that they stand for, where the model's name says whose they are.</summary>
public sealed class TokenInputTests
{
    [Theory]
    [InlineData("[[15339,1917],[15339]]", "hello world|hello")]
    [InlineData("[15339,1917]", "hello world")]
    [InlineData("[57668,53901,9468,239,235]", "你好👍")]
    public async Task KnownVocabulary_IsText_AndTold(string input, string texts)
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/v1/embeddings", $$"""{"model":"ollama/text-embedding-3-small","input":{{input}},"encoding_format":"base64"}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(texts.Split('|').Length, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetArrayLength());
        Assert.Equal(texts, string.Join('|', Assert.Single(upstream.RequestsTo("/api/embed")).Json.GetProperty("input").EnumerateArray().Select(item => item.GetString())));
        Assert.Equal("input", response.Headers.GetValues("x-conductor-loss").Single());
    }

    [Theory]
    [InlineData("ollama/all-minilm", "[15339]", "unsupported_parameter", "vocabulary", false)]
    [InlineData("ollama/text-embedding-3-small", "[15339,100300]", "invalid_value", "cl100k_base", false)]
    [InlineData("ollama/text-embedding-3-small", "[15339]", "unsupported_parameter", "x-conductor-strict", true)]
    public async Task WhatCannotBeText_IsRefused_AndSaysWhy(string model, string input, string code, string word, bool isStrict)
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent($$"""{"model":"{{model}}","input":{{input}}}""", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-strict", isStrict ? "true" : "false");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((code, "input"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains(word, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(upstream.RequestsTo("/api/embed"));
    }

    private static Task<FakeOllama> UpstreamAsync() => FakeOllama.StartAsync(
        models:
        [
            new FakeOllamaModel { Name = "text-embedding-3-small", Capabilities = ["embedding"], ContextLength = 8192 },
            new FakeOllamaModel { Name = "all-minilm", Capabilities = ["embedding"], ContextLength = 512 },
        ]);

    private static Task<TestGateway> GatewayAsync(FakeOllama upstream) => TestGateway.StartAsync($$"""providers: { ollama: { plugin: ollama, base_url: "{{upstream.BaseUrl}}" } }""");
}
