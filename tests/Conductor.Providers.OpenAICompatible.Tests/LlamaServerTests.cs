using System.Text;
using System.Text.Json;
using Conductor.Tests.Shared;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible.Tests;

/// <summary>The provider against a real server with a real model. Skipped, with the reason, where there is none.</summary>
public sealed class LlamaServerTests(LlamaServer server) : IClassFixture<LlamaServer>
{
    private static readonly ChatMessage[] Prompt = [new(ChatRole.User, "Once upon a time")];

    [SkippableFact]
    public async Task Real_Chat_AnswersWithUsage()
    {
        await using var provider = Start();

        var answer = await Client(provider).GetResponseAsync(Prompt, new ChatOptions { MaxOutputTokens = 20, Temperature = 0 });

        Assert.NotEmpty(answer.Text);
        Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 1, 20);
        Assert.True(answer.Usage.InputTokenCount > 0);
    }

    [SkippableFact]
    public async Task Real_Stream_IsTheSameTextAsTheWholeAnswer()
    {
        await using var provider = Start();
        var options = new ChatOptions { MaxOutputTokens = 30, Temperature = 0, Seed = 7 };

        var whole = await Client(provider).GetResponseAsync(Prompt, options);
        var updates = await Client(provider).GetStreamingResponseAsync(Prompt, options).ToListAsync();

        Assert.True(updates.Count(update => update.Text.Length > 0) > 3, "more than a few pieces");
        var streamed = updates.ToChatResponse();
        Assert.Equal(whole.Text, streamed.Text);
        Assert.Equal(whole.FinishReason, streamed.FinishReason);
        Assert.Equal(whole.Usage!.OutputTokenCount, streamed.Usage!.OutputTokenCount);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Real_CallerLeavesAStream_ServerStopsGeneratingWithinASecond(bool typed)
    {
        await using var provider = Start();
        if (typed)
        {
            await foreach (var update in Client(provider).GetStreamingResponseAsync(Prompt, new ChatOptions { MaxOutputTokens = 100_000 }))
            {
                if (update.Text.Length > 0)
                {
                    Assert.True(await server.IsGeneratingAsync());
                    break;
                }
            }
        }
        else
        {
            var body = $$"""{"model":"{{LlamaServer.Model}}","messages":[{"role":"user","content":"Once"}],"max_tokens":100000,"stream":true}""";
            await using var reply = await provider.RawAsync(isStreaming: true, body);
            await reply.Body.ReadExactlyAsync(new byte[300]);
            Assert.True(await server.IsGeneratingAsync());
        }

        await LlamaServer.UntilAsync(async () => !await server.IsGeneratingAsync(), TimeSpan.FromSeconds(1), "the server went on generating for more than a second");
    }

    [SkippableFact]
    public async Task Real_JsonSchema_HoldsTheAnswer()
    {
        await using var provider = Start();
        var schema = JsonElement.Parse("""{"type":"object","properties":{"mood":{"enum":["happy","sad"]}},"required":["mood"],"additionalProperties":false}""");

        var answer = await Client(provider).GetResponseAsync(Prompt, new ChatOptions { MaxOutputTokens = 100, ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "mood") });

        Assert.Contains(JsonElement.Parse(answer.Text).GetProperty("mood").GetString(), (string[])["happy", "sad"]);
    }

    [SkippableFact]
    public async Task Real_PromptTooLong_IsContextLengthExceeded()
    {
        await using var provider = Start();
        var words = new StringBuilder().Insert(0, "word ", 20_000).ToString();

        var failure = await Assert.ThrowsAsync<ProviderException>(() => Client(provider).GetResponseAsync(words, new ChatOptions { MaxOutputTokens = 5 }));

        Assert.Equal(ProviderErrorKind.ContextLengthExceeded, failure.Kind);
    }

    [SkippableFact]
    public async Task Real_ModelsAndHealth_AreTold()
    {
        await using var provider = Start();

        var model = Assert.Single(await provider.Provider.ListModelsAsync(CancellationToken.None));

        Assert.Equal(LlamaServer.Model, model.Id);
        Assert.True(model.ContextWindow > 0);
        Assert.Equal(ProviderHealthStatus.Healthy, (await provider.Provider.CheckHealthAsync(CancellationToken.None)).Status);
    }

    private TestProvider Start()
    {
        Skip.If(server.WhyNot is not null, server.WhyNot);
        return TestProvider.For(server.BaseUrl, key: null);
    }

    private static IChatClient Client(TestProvider provider) => provider.Provider.GetChatClient(LlamaServer.Model)!;
}
