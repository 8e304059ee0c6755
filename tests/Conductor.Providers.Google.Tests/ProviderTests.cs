using System.Text;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google.Tests;

public sealed class ProviderTests
{
    [Fact]
    public async Task Models_OnSeveralPages_AreListedWithWhatTheyCan()
    {
        await using var google = await FakeGemini.StartAsync(
            [
                .. Enumerable.Range(0, 1001).Select(i => new FakeGeminiModel { Name = $"gemini-{i:0000}", Thinks = i == 0 }),
                new FakeGeminiModel { Name = "imagen", Methods = ["predict"] },
                new FakeGeminiModel { Name = "gemma-3", InputTokenLimit = 100, OutputTokenLimit = 50 },
                new FakeGeminiModel { Name = "gemini-embedding-001", Methods = ["embedContent"] },
            ]);
        await using var provider = TestProvider.For(google.BaseUrl, settings: [("models:0", "gemini-private"), ("models:1", "gemini-*")]);

        var models = await provider.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(1004, models.Count);
        var first = models.Single(model => model.Id == "gemini-0000");
        const ModelCapabilities Full = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools | ModelCapabilities.Vision | ModelCapabilities.JsonSchema;
        Assert.Equal((Full | ModelCapabilities.Reasoning, "Fake gemini-0000", 1_114_112, 65_536), (first.Capabilities, first.DisplayName, first.ContextWindow, first.MaxOutputTokens));
        Assert.Equal(Full, models.Single(model => model.Id == "gemini-1000").Capabilities);
        Assert.Equal(ModelCapabilities.Embeddings, models.Single(model => model.Id == "gemini-embedding-001").Capabilities);
        Assert.False(models.Single(model => model.Id == "gemma-3").Capabilities.HasFlag(ModelCapabilities.Tools));
        Assert.Equal(Full, models.Single(model => model.Id == "gemini-private").Capabilities);
        Assert.Equal(["/v1beta/models?pageSize=1000", "/v1beta/models?pageSize=1000&pageToken=1000"], google.Requests.Select(request => request.Path));
        Assert.Equal(ProviderHealthStatus.Healthy, (await provider.Provider.CheckHealthAsync(CancellationToken.None)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Embeddings_MoreThanARequestHolds_AreAskedForInSeveral(bool statesUsage)
    {
        await using var google = await FakeGemini.StartAsync();
        google.StatesEmbeddingUsage = statesUsage;
        await using var provider = TestProvider.For(google.BaseUrl);
        var texts = Enumerable.Range(0, 250).Select(i => $"text {i}").ToList();

        var vectors = await provider.Provider.GetEmbeddingGenerator("gemini-embedding-001")!.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = 16 });

        Assert.Equal(250, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(16, vector.Vector.Length));
        Assert.Equal(FakeVectors.Of("text 249", 16), vectors[249].Vector.ToArray());
        Assert.Equal([100, 100, 50], google.Requests.Select(request => request.Json.GetProperty("requests").GetArrayLength()));
        Assert.Equal(statesUsage ? 500L : null, vectors.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task Embeddings_Refused_ByTheSameMap()
    {
        await using var google = await FakeGemini.StartAsync();
        google.EmbedFailure = FakeGeminiReply.Error(429, "RESOURCE_EXHAUSTED", "slow", """{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}""");
        await using var provider = TestProvider.For(google.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.Provider.GetEmbeddingGenerator("gemini-embedding-001")!.GenerateAsync(["a"]));

        Assert.Equal((ProviderErrorKind.RateLimited, 1.5), (failure.Kind, failure.RetryAfter?.TotalSeconds));
    }

    [Theory]
    [InlineData(RawEndpoint.Chat, false, "/v1beta/models/gemini-2.5-flash:generateContent")]
    [InlineData(RawEndpoint.Chat, true, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")]
    [InlineData(RawEndpoint.CountTokens, false, "/v1beta/models/gemini-2.5-flash:countTokens")]
    public async Task Raw_Body_GoesOutAndComesBackByteForByte(RawEndpoint endpoint, bool isStreaming, string path)
    {
        const string Body = """{ "contents":[{"parts":[{"text":"hi there"}]}], "labels": {"x":"2.50"} }""";
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl);

        await using var reply = await provider.RawAsync(endpoint, isStreaming, Body);

        var answer = await ReadAsync(reply.Body);
        Assert.Equal((path, Body), (google.Requests.Single().Path, google.Requests.Single().BodyText));
        Assert.Contains(endpoint == RawEndpoint.CountTokens ? "\"totalTokens\":2" : "Gemini", answer, StringComparison.Ordinal);
        Assert.Equal(isStreaming, answer.EndsWith("\r\n\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RawEndpoint.Embeddings, """{"content":{"parts":[{"text":"a"}]}}""", "embedContent", "\"embedding\":")]
    [InlineData(RawEndpoint.BatchEmbeddings, """{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]}}]}""", "batchEmbedContents", "\"embeddings\":")]
    public async Task Raw_Vectors_GoTheSameWay(RawEndpoint endpoint, string body, string method, string expected)
    {
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl);

        await using var reply = await provider.RawAsync(endpoint, false, body, "gemini-embedding-001");

        Assert.Contains(expected, await ReadAsync(reply.Body), StringComparison.Ordinal);
        Assert.Equal($"/v1beta/models/gemini-embedding-001:{method}", google.Requests.Single().Path);
    }

    [Theory]
    [InlineData("gemini", RawEndpoint.Chat, true)]
    [InlineData("gemini", RawEndpoint.Embeddings, true)]
    [InlineData("gemini", RawEndpoint.BatchEmbeddings, true)]
    [InlineData("gemini", RawEndpoint.CountTokens, true)]
    [InlineData("gemini", RawEndpoint.Responses, false)]
    [InlineData("openai", RawEndpoint.Chat, false)]
    public async Task Raw_Supports_ItsOwnDialectOnly(string dialect, RawEndpoint endpoint, bool expected)
    {
        await using var provider = TestProvider.For(null);

        Assert.Equal(expected, provider.Provider.RawTransport!.Supports(dialect, endpoint));
    }

    [Theory]
    [InlineData("api_version", "1beta", "api_version")]
    [InlineData("api_version", "v1/../x", "api_version")]
    [InlineData("base_url", "ftp://x", "base_url")]
    [InlineData("base_url", "https://x/?key=secret", "base_url")]
    [InlineData("extra_headers:x-goog-api-key", "secret", "x-goog-api-key")]
    public void Settings_Wrong_AreToldByName(string name, string value, string where)
    {
        var failure = Assert.Throws<PluginSettingsException>(() => TestProvider.For(null, settings: (name, value)));

        Assert.Contains(where, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_ExtraHeaders_AreSent()
    {
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl, settings: ("extra_headers:x-goog-user-project", "p1"));

        await provider.Chat().GetResponseAsync("hi");

        Assert.Equal("p1", google.Requests.Single().Headers["x-goog-user-project"]);
    }

    private static async Task<string> ReadAsync(Stream body)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
