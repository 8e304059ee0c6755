using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama.Tests;

public sealed class ProviderTests
{
    [Fact]
    public async Task Models_AreWhatIsOnTheDisk_WithWhatEachCanDo()
    {
        await using var ollama = await FakeOllama.StartAsync(
            models:
            [
                new FakeOllamaModel { Name = "llama3.2", Capabilities = ["completion", "tools"], ContextLength = 131_072 },
                new FakeOllamaModel { Name = "qwen3:8b", Capabilities = ["completion", "tools", "thinking", "vision"], ContextLength = 40_960 },
                new FakeOllamaModel { Name = "nomic-embed-text", Capabilities = ["embedding"], ContextLength = 2_048, Family = "nomic-bert" },
            ]);
        await using var test = TestProvider.For(ollama.BaseUrl);

        var models = (await test.Provider.ListModelsAsync(CancellationToken.None)).ToDictionary(model => model.Id);

        const ModelCapabilities Chat = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.JsonSchema;
        Assert.Equal((Chat | ModelCapabilities.Tools, 131_072), (models["llama3.2"].Capabilities, models["llama3.2"].ContextWindow));
        Assert.Equal((Chat | ModelCapabilities.Tools | ModelCapabilities.Reasoning | ModelCapabilities.Vision, 40_960), (models["qwen3:8b"].Capabilities, models["qwen3:8b"].ContextWindow));
        Assert.Equal((ModelCapabilities.Embeddings, 2_048), (models["nomic-embed-text"].Capabilities, models["nomic-embed-text"].ContextWindow));
    }

    [Fact]
    public async Task Card_IsAskedForOnce_UntilTheModelBehindTheNameChanges()
    {
        var model = new FakeOllamaModel { Name = "m", ContextLength = 8_192 };
        await using var ollama = await FakeOllama.StartAsync(models: model);
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.Provider.ListModelsAsync(CancellationToken.None);
        await test.Provider.ListModelsAsync(CancellationToken.None);
        await test.AskAsync(model: "m");
        await test.AskAsync(model: "m:latest");
        var before = ollama.RequestsTo("/api/show").Count;
        model.Digest = "sha256:another";
        await test.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal((1, 2), (before, ollama.RequestsTo("/api/show").Count));
    }

    [Fact]
    public async Task OllamaThatIsNotThere_HasNoModels_AndComesAndGoes()
    {
        var first = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(first.BaseUrl);

        var there = await test.Provider.ListModelsAsync(CancellationToken.None);
        await first.DisposeAsync();
        var gone = await test.Provider.ListModelsAsync(CancellationToken.None);
        var health = await test.Provider.CheckHealthAsync(CancellationToken.None);
        await using var second = await FakeOllama.StartAsync(first.Port);
        var back = await test.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(2, there.Count);
        Assert.Empty(gone);
        Assert.Equal(ProviderHealthStatus.Unhealthy, health.Status);
        Assert.Contains("ollama serve", health.Message, StringComparison.Ordinal);
        Assert.Equal(2, back.Count);
        Assert.Equal(ProviderHealth.Healthy, await test.Provider.CheckHealthAsync(CancellationToken.None));
    }

    [Fact]
    public async Task OllamaThatSaysNothing_IsGoneOnlyTheThirdTime()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Stall()));
        var time = new ManualTimeProvider();
        await using var test = TestProvider.For(upstream.BaseUrl, time);

        Task<IReadOnlyList<ModelDescriptor>> List(int asked)
        {
            return Run();
            async Task<IReadOnlyList<ModelDescriptor>> Run()
            {
                var listing = test.Provider.ListModelsAsync(CancellationToken.None);
                await upstream.WaitForRequestAsync(asked);
                time.Advance(TimeSpan.FromSeconds(2));
                return await listing;
            }
        }

        Assert.Equal(ProviderErrorKind.Timeout, (await Assert.ThrowsAsync<ProviderException>(() => List(1))).Kind);
        Assert.Equal(ProviderErrorKind.Timeout, (await Assert.ThrowsAsync<ProviderException>(() => List(2))).Kind);
        Assert.Empty(await List(3));
    }

    [Fact]
    public async Task Vectors_OneForEachText()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var made = await test.Provider.GetEmbeddingGenerator("all-minilm")!.GenerateAsync(["one two", "three"], new EmbeddingGenerationOptions { Dimensions = 5 });

        Assert.Equal([5, 5], made.Select(vector => vector.Vector.Length));
        Assert.Equal(3, made.Usage!.InputTokenCount);
        Assert.Empty(await test.Provider.GetEmbeddingGenerator("all-minilm")!.GenerateAsync([]));
    }

    [Fact]
    public async Task Vectors_OfAModelThatMakesNone_AreRefused()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        Assert.Equal(ProviderErrorKind.Unsupported, (await Assert.ThrowsAsync<ProviderException>(() => test.Provider.GetEmbeddingGenerator("llama3.2")!.GenerateAsync(["a"]))).Kind);
    }

    [Fact]
    public async Task Pull_TellsHowFarItIs_AndEndsWithTheModelThere()
    {
        await using var ollama = await FakeOllama.StartAsync();
        ollama.AddToRegistry(new FakeOllamaModel { Name = "tinyllama" });
        await using var test = TestProvider.For(ollama.BaseUrl);

        var told = await test.Provider.Puller!.PullAsync("tinyllama", CancellationToken.None).ToListAsync();

        Assert.Equal("pulling manifest", told[0].Status);
        Assert.Equal([0, 1_000_000, 2_000_000], told.Where(step => step.TotalBytes == 2_000_000).Select(step => step.CompletedBytes));
        Assert.Equal("success", told[^1].Status);
        Assert.Contains("tinyllama", (await test.Provider.ListModelsAsync(CancellationToken.None)).Select(model => model.Id));
    }

    [Fact]
    public async Task Pull_OfWhatTheRegistryLacks_IsModelNotFound()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await test.Provider.Puller!.PullAsync("nonsense", CancellationToken.None).ToListAsync());

        Assert.Equal(ProviderErrorKind.ModelNotFound, failure.Kind);
        Assert.Null(failure.Advice); // to pull it is what was tried
    }

    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("", "http://127.0.0.1:11434/")]
    [InlineData("127.0.0.1:11434", "http://127.0.0.1:11434/")]
    [InlineData("127.0.0.1", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://0.0.0.0:11434", "http://127.0.0.1:11434/")]
    [InlineData(":11434", "http://127.0.0.1:11434/")]
    [InlineData("gpu-box", "http://gpu-box:11434/")]
    [InlineData("gpu-box:80", "http://gpu-box/")]
    [InlineData("[::1]", "http://[::1]:11434/")]
    [InlineData("::1", "http://[::1]:11434/")]
    [InlineData("::", "http://[::1]:11434/")]
    [InlineData("[::]:9000", "http://[::1]:9000/")]
    [InlineData("http://gpu-box", "http://gpu-box/")]
    [InlineData("https://ollama.example.com/", "https://ollama.example.com/")]
    [InlineData("https://example.com/ollama", "https://example.com/ollama/")]
    public void Address_IsReadAsOllamaReadsIt(string? written, string url) => Assert.Equal(url, OllamaSettings.Read(TestProvider.Context(written)).Http.BaseUrl.AbsoluteUri);

    [Theory]
    [InlineData("base_url", "ftp://x")]
    [InlineData("base_url", "http://user:pass@x")]
    [InlineData("base_url", "http://x/?key=1")]
    [InlineData("base_url", "http://")]
    [InlineData("keep_alive", "soon")]
    [InlineData("think", "perhaps")]
    [InlineData("num_ctx:min", "12")]
    [InlineData("num_ctx:max", "lots")]
    public void Settings_ThatAreWrong_AreNamed(string name, string value)
    {
        var mistake = Assert.Throws<PluginSettingsException>(() => OllamaSettings.Read(TestProvider.Context(null, (name, value))));

        Assert.Contains("providers.home." + name.Replace(':', '.'), mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", mistake.Message.Replace("password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_SmallestAboveLargest_IsAMistake() =>
        Assert.Throws<PluginSettingsException>(() => OllamaSettings.Read(TestProvider.Context(null, ("num_ctx:min", "8192"), ("num_ctx:max", "4096"))));
}
