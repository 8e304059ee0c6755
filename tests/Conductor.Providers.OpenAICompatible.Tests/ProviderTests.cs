using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class ProviderTests
{
    [Theory]
    [InlineData(null, "base_url' is missing")]
    [InlineData(" ", "base_url' is missing")]
    [InlineData("localhost:8000", "not an absolute http")]
    [InlineData("/v1", "not an absolute http")]
    [InlineData("ftp://x/v1", "not an absolute http")]
    [InlineData("http://user:pa55@x/v1", "user name or password")]
    [InlineData("http://x/v1?key=pa55", "query")]
    public void Settings_WrongBaseUrl_AreRefusedWithoutRepeatingIt(string? url, string expected)
    {
        var failure = Assert.Throws<PluginSettingsException>(() => TestProvider.For(url));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains("providers.vllm.base_url", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad name", "v")]
    [InlineData("Content-Length", "5")]
    [InlineData("host", "x")]
    [InlineData("authorization", "Bearer pa55")]
    [InlineData("x-a", "pa55\r\nx-b: 1")]
    public void Settings_WrongExtraHeader_AreRefusedWithoutRepeatingItsValue(string name, string value)
    {
        var failure = Assert.Throws<PluginSettingsException>(() => TestProvider.For("http://x/v1", settings: ("extra_headers:" + name, value)));

        Assert.DoesNotContain("pa55", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/v1/models")]
    [InlineData("/", "/v1/models")]
    [InlineData("/deep/er", "/v1/deep/er/models")]
    public async Task BaseUrl_WithOrWithoutSlash_IsUsedAsWritten(string suffix, string path)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl + suffix);

        await provider.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(path, upstream.Requests[0].Path);
    }

    [Fact]
    public async Task Models_Rows_TellTheirContextAndConfiguredNamesFollow()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json("""
            {"object":"list","data":[{"id":"vllm-model","max_model_len":32768},{"id":"llama","meta":{"n_ctx_train":2048,"n_ctx":512}},{"id":"older","meta":{"n_ctx_train":4096}},
            {"id":"text-embed"},{"id":"vllm-model"},{"noid":1},{"id":5}]}
            """));
        await using var provider = TestProvider.For(upstream.BaseUrl, settings: [("models:0", "*"), ("models:1", "extra"), ("models:2", "llama")]);

        var models = await provider.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(["vllm-model", "llama", "older", "text-embed", "extra"], models.Select(model => model.Id));
        Assert.Equal([32768, 512, 4096, null, null], models.Select(model => model.ContextWindow));
        Assert.Equal(ModelCapabilities.Embeddings, models[3].Capabilities);
        Assert.True(models[0].Capabilities.HasFlag(ModelCapabilities.Chat | ModelCapabilities.Embeddings));
    }

    [Fact]
    public async Task Models_ServerWithoutAList_GivesTheConfiguredNames()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(404, "{}"));
        await using var named = TestProvider.For(upstream.BaseUrl, settings: ("models:0", "mine"));
        await using var unnamed = TestProvider.For(upstream.BaseUrl);

        Assert.Equal("mine", Assert.Single(await named.Provider.ListModelsAsync(CancellationToken.None)).Id);
        await Assert.ThrowsAsync<ProviderException>(() => unnamed.Provider.ListModelsAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(200, ProviderHealthStatus.Healthy)]
    [InlineData(401, ProviderHealthStatus.Unhealthy)]
    [InlineData(404, ProviderHealthStatus.Degraded)]
    [InlineData(429, ProviderHealthStatus.Degraded)]
    [InlineData(500, ProviderHealthStatus.Unhealthy)]
    [InlineData(503, ProviderHealthStatus.Degraded)]
    public async Task Health_IsTheAnswerToTheModelList(int status, ProviderHealthStatus expected)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(status == 200 ? FakeReply.Models("m") : FakeReply.Status(status, """{"error":{"message":"sk-secret-key"}}"""));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var health = await provider.Provider.CheckHealthAsync(CancellationToken.None);

        Assert.Equal(expected, health.Status);
        Assert.DoesNotContain("sk-secret", health.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NobodyThere_IsAValueAndNotAnException()
    {
        await using var provider = TestProvider.For("http://127.0.0.1:1/v1");

        Assert.Equal(ProviderHealthStatus.Unhealthy, (await provider.Provider.CheckHealthAsync(CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Health_Cancelled_Throws()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.Provider.CheckHealthAsync(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Embeddings_Texts_BecomeVectorsInTheirOrder()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json("""
            {"data":[{"index":1,"embedding":[0.5,-1]},{"index":0,"embedding":"AACAPwAAAEA="}],"usage":{"prompt_tokens":4,"total_tokens":4}}
            """));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var vectors = await provider.Provider.GetEmbeddingGenerator("e")!.GenerateAsync(["a", "b"], new EmbeddingGenerationOptions { Dimensions = 2 });

        Assert.Equal([1f, 2f], vectors[0].Vector.ToArray());
        Assert.Equal([0.5f, -1f], vectors[1].Vector.ToArray());
        Assert.Equal(4, vectors.Usage!.InputTokenCount);
        Assert.Equal("""{"model":"e","input":["a","b"],"dimensions":2}""", upstream.Requests[0].BodyText);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":["x"]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e999]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AAA="}]}""")]
    public async Task Embeddings_WrongAnswer_IsAnInvalidResponse(string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.Provider.GetEmbeddingGenerator("e")!.GenerateAsync(["a", "b"]));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", "max_completion_tokens")]
    [InlineData("https://x.openai.azure.com/openai/v1", "max_completion_tokens")]
    [InlineData("http://127.0.0.1:8000/v1", "max_tokens")]
    public void MaxTokens_HasTheNameThatTheServerReads(string url, string expected)
    {
        var settings = OpenAICompatibleSettings.Read(new ProviderContext
        {
            Name = "x",
            DataFolder = "",
            Settings = new Microsoft.Extensions.Configuration.ConfigurationManager { ["base_url"] = url },
        });

        Assert.Equal(expected, settings.Target.MaxTokensMember);
    }
}
