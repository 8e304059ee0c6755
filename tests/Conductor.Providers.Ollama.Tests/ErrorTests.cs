using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, "invalid options: temperature", ProviderErrorKind.InvalidRequest)]
    [InlineData(400, "prompt too long; exceeded max context length by 9 tokens", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(400, "registry.ollama.ai/library/x does not support tools", ProviderErrorKind.Unsupported)]
    [InlineData(401, "unauthorized", ProviderErrorKind.Credentials)]
    [InlineData(402, "pay", ProviderErrorKind.QuotaExhausted)]
    [InlineData(403, "access denied", ProviderErrorKind.Credentials)]
    [InlineData(404, "model 'llama3.2' not found", ProviderErrorKind.ModelNotFound)]
    [InlineData(404, "Not found", ProviderErrorKind.Unsupported)]
    [InlineData(405, "405 method not allowed", ProviderErrorKind.Unsupported)]
    [InlineData(408, "timeout", ProviderErrorKind.Timeout)]
    [InlineData(413, "body too large", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(418, "teapot", ProviderErrorKind.InvalidRequest)]
    [InlineData(422, "bad", ProviderErrorKind.InvalidRequest)]
    [InlineData(429, "too many requests", ProviderErrorKind.RateLimited)]
    [InlineData(429, "slow down", ProviderErrorKind.RateLimited)]
    [InlineData(500, "llama runner process has terminated: exit status 2", ProviderErrorKind.ServerError)]
    [InlineData(500, "model requires more system memory (9 GiB) than is available (4 GiB)", ProviderErrorKind.ServerError)]
    [InlineData(500, "this model is missing data required for image input", ProviderErrorKind.Unsupported)]
    [InlineData(502, "bad gateway", ProviderErrorKind.ServerError)]
    [InlineData(503, "server busy, please try again.  maximum pending requests exceeded", ProviderErrorKind.Overloaded)]
    [InlineData(503, "starting", ProviderErrorKind.Overloaded)]
    [InlineData(504, "gateway timeout", ProviderErrorKind.Timeout)]
    public async Task Status_MeansWhatTheTableSays(int status, string text, ProviderErrorKind kind)
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl, ("num_ctx:max", "4096"));
        ollama.Reply(FakeOllamaReply.Error(status, text)).Reply(FakeOllamaReply.Error(status, text));

        var whole = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync());
        var streamed = await Assert.ThrowsAsync<ProviderException>(() => test.StreamAsync());

        Assert.Equal((kind, status), (whole.Kind, whole.StatusCode));
        Assert.Equal((kind, status), (streamed.Kind, streamed.StatusCode));
        Assert.DoesNotContain(text, whole.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ModelThatIsNotThere_ToldWithTheCommandThatFetchesIt()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync(model: "llama9"));

        Assert.Equal(ProviderErrorKind.ModelNotFound, failure.Kind);
        Assert.Equal("'conductor models pull home/llama9' fetches it.", failure.Advice);
    }

    [Fact]
    public async Task NobodyThere_IsNetwork()
    {
        var ollama = await FakeOllama.StartAsync();
        await ollama.DisposeAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync());

        Assert.Equal(ProviderErrorKind.Network, failure.Kind);
        Assert.DoesNotContain("127.0.0.1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ErrorInsideAStream_ComesAfterWhatWasSaid()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);
        ollama.Reply(FakeOllamaReply.Text("half an ").Break("llama runner exploded"));
        List<string> said = [];

        var failure = await Assert.ThrowsAsync<ProviderException>(async () =>
        {
            await foreach (var update in test.Chat().GetStreamingResponseAsync("Hi"))
            {
                said.Add(update.Text);
            }
        });

        Assert.Equal(["half an "], said);
        Assert.Equal(ProviderErrorKind.ServerError, failure.Kind);
        Assert.DoesNotContain("exploded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamWithoutItsLastLine_IsNoAnswer()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);
        ollama.Reply(FakeOllamaReply.Text("half").Cut()).Reply(FakeOllamaReply.Text("half").Garbage("{\"message\":")).Reply(FakeOllamaReply.Text("half").Garbage(new string('x', 2_000_000)));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ProviderErrorKind.InvalidResponse, (await Assert.ThrowsAsync<ProviderException>(() => test.StreamAsync())).Kind);
        }
    }

    [Fact]
    public async Task Reset_IsTold()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);
        ollama.Reply(FakeOllamaReply.Text("half").Reset());

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.StreamAsync());

        Assert.Contains(failure.Kind, (ProviderErrorKind[])[ProviderErrorKind.Network, ProviderErrorKind.InvalidResponse]);
    }

    [Fact]
    public async Task AnotherKindOfServer_IsTold()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream.BaseUrl);

        var chat = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync());
        var list = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.ListModelsAsync(CancellationToken.None));

        Assert.Equal(ProviderErrorKind.Unsupported, chat.Kind);
        Assert.Contains("/api/tags", list.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(307));
        await using var test = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.ListModelsAsync(CancellationToken.None));

        Assert.Contains("redirect", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CannotBeSaid_IsUnsupportedWithTheMember()
    {
        await using var ollama = await FakeOllama.StartAsync();
        await using var test = TestProvider.For(ollama.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync(options: new ChatOptions { AdditionalProperties = new() { ["n"] = 2 } }));

        Assert.Equal((ProviderErrorKind.Unsupported, "n"), (failure.Kind, failure.Param));
        Assert.Empty(ollama.RequestsTo("/api/chat"));
    }
}
