using System.Text;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama.Tests;

/// <summary>`num_ctx`: nothing that was said is dropped on the way to the model.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task OllamaByItself_DropsWhatDoesNotFit_AndSaysNothing()
    {
        await using var ollama = await FakeOllama.StartAsync();
        using var http = new HttpClient();
        var body = $$"""{"model":"llama3.2","stream":false,"messages":[{"role":"user","content":"{{Words(5_000)}}"},{"role":"user","content":"short question"}]}""";

        using var reply = await http.PostAsync(new Uri(ollama.BaseUrl + "/api/chat"), new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Contains("\"prompt_eval_count\":2", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal); // which is what the rest of this page is about
    }

    [Theory]
    [InlineData(5, 4_096)]
    [InlineData(2_000, 8_192)]
    [InlineData(5_000, 16_384)]
    [InlineData(20_000, 65_536)]
    public async Task LongPrompt_GetsAContextThatHoldsAllOfIt(int words, int numCtx)
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var answer = await test.Chat().GetResponseAsync([new ChatMessage(ChatRole.User, Words(words)), new ChatMessage(ChatRole.User, "short question")]);

        Assert.Equal(words + 2, answer.Usage!.InputTokenCount); // every word was seen
        Assert.Equal([("llama3.2:latest", numCtx)], ollama.Loads);
    }

    [Fact]
    public async Task WantedOutput_HasItsRoom()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.AskAsync(options: new ChatOptions { MaxOutputTokens = 10_000 });

        Assert.Equal(16_384, Assert.Single(ollama.Loads).NumCtx);
    }

    [Fact]
    public async Task ShortAfterLong_FindsTheModelAsItIs()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.AskAsync("Hi");
        await test.AskAsync("Hi again");
        await test.AskAsync(Words(5_000));
        await test.AskAsync("And now something short");
        await test.AskAsync(Words(4_900));

        Assert.Equal([4_096, 16_384], ollama.Loads.Select(load => load.NumCtx));
    }

    [Fact]
    public async Task Context_IsNeverAboveWhatTheModelWasMadeFor()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "m", ContextLength = 10_000 });
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.AskAsync(Words(4_500), model: "m");

        Assert.Equal(10_000, Assert.Single(ollama.RequestsTo("/api/chat")).Json.GetProperty("options").GetProperty("num_ctx").GetInt32());
    }

    [Theory]
    [InlineData(null, 8_192)]
    [InlineData("4096", 131_072)]
    public async Task PromptThatCannotFit_IsRefusedBeforeItIsSent(string? max, int contextLength)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "m", ContextLength = contextLength });
        await using var test = TestProvider.For(ollama.BaseUrl, max is null ? [] : [("num_ctx:max", max)]);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync(Words(20_000), model: "m"));

        Assert.Equal(ProviderErrorKind.ContextLengthExceeded, failure.Kind);
        Assert.Empty(ollama.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task PromptThatDoesNotQuiteFit_IsOllamasToRefuse_AndIsNotCut()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "m", ContextLength = 4_096 });
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync(Words(4_200), model: "m"));

        Assert.Equal(ProviderErrorKind.ContextLengthExceeded, failure.Kind);
        Assert.Single(ollama.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task EstimateThatIsTooLow_IsMadeGood()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);
        var letters = string.Join(' ', Enumerable.Repeat('a', 12_000)); // a token each here, two thirds of one by the estimate

        var answer = await test.AskAsync(letters, new ChatOptions { MaxOutputTokens = 1 });

        Assert.Equal(12_000, answer.Usage!.InputTokenCount);
        Assert.Equal([8_192, 32_768], ollama.RequestsTo("/api/chat").Select(request => request.Json.GetProperty("options").GetProperty("num_ctx").GetInt32()));
    }

    [Theory]
    [InlineData(6_000, new[] { 4_096, 16_384 })]
    [InlineData(90_000, new[] { 4_096, 16_384, 65_536, 131_072 })]
    public async Task SystemPromptOfTheModelsOwn_GetsItsRoomToo_AndKeepsIt(int words, int[] sizes)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2", OwnWords = words });
        await using var test = TestProvider.For(ollama.BaseUrl);

        var answer = await test.AskAsync("Hi");
        await test.StreamAsync("Hi");

        Assert.Equal("Hello from Ollama.", answer.Text);
        Assert.Equal([.. sizes, sizes[^1]], ollama.RequestsTo("/api/chat").Select(request => request.Json.GetProperty("options").GetProperty("num_ctx").GetInt32()));
    }

    [Fact]
    public async Task SystemPromptThatCannotFit_IsToldOnce()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2", OwnWords = 6_000, ContextLength = 4_096 });
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync("Hi"));

        Assert.Equal(ProviderErrorKind.ContextLengthExceeded, failure.Kind);
        Assert.Single(ollama.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task SizeThatFailed_IsNotKept()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);
        ollama.Reply(FakeOllamaReply.Error(500, "model requires more system memory (90 GiB) than is available (4 GiB)"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync(Words(20_000)));
        await test.AskAsync("Hi");

        Assert.Contains("num_ctx", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4_096, ollama.RequestsTo("/api/chat")[^1].Json.GetProperty("options").GetProperty("num_ctx").GetInt32());
    }

    [Fact]
    public async Task SizeOfAModelByItsLongName_StaysWhenTheListIsRenewed()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.AskAsync(Words(5_000), model: "llama3.2:latest");
        await test.Provider.ListModelsAsync(CancellationToken.None);
        await test.AskAsync("Hi", model: "llama3.2:latest");
        await test.AskAsync("Hi", model: "llama3.2");

        Assert.Single(ollama.Loads);
    }

    [Fact]
    public async Task Bounds_AreTheSettings()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl, ("num_ctx:min", "2048"), ("num_ctx:max", "6000"));

        await test.AskAsync("Hi", new ChatOptions { MaxOutputTokens = 100 });
        await test.AskAsync("Hi", new ChatOptions { MaxOutputTokens = 100_000 });

        Assert.Equal([2_048, 6_000], ollama.Loads.Select(load => load.NumCtx));
    }

    [Fact]
    public async Task Embeddings_LongText_IsAnErrorAndNeverCut()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "e", Capabilities = ["embedding"], ContextLength = 2_048 });
        await using var test = TestProvider.For(ollama.BaseUrl);
        var generator = test.Provider.GetEmbeddingGenerator("e")!;

        var fits = await generator.GenerateAsync([Words(1_900)]);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => generator.GenerateAsync(["short", Words(2_100)]));

        Assert.Equal(1_900, fits.Usage!.InputTokenCount);
        Assert.Equal(ProviderErrorKind.ContextLengthExceeded, failure.Kind);
        Assert.All(ollama.RequestsTo("/api/embed"), request => Assert.False(request.Json.GetProperty("truncate").GetBoolean()));
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
}
