using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Conductor.Host.Tests.Http;

/// <summary>The official client, told nothing but the base URL.</summary>
public class OpenAIClientTests
{
    [Fact]
    public async Task Chat_Whole()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        ChatCompletion answer = await Client(gateway).GetChatClient("fake/m").CompleteChatAsync(new UserChatMessage("hi"));

        Assert.Equal("Hello from fake.", answer.Content[0].Text);
        Assert.True(answer.Usage.TotalTokenCount > 0);
    }

    [Fact]
    public async Task Chat_Stream()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var text = new StringBuilder();

        await foreach (var update in Client(gateway).GetChatClient("fake/m").CompleteChatStreamingAsync(new UserChatMessage("hi")))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }
        }

        Assert.Equal("Hello from fake.", text.ToString());
    }

    [Fact]
    public async Task Embeddings_AsTheClientAsksForThem()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        OpenAIEmbeddingCollection vectors = await Client(gateway).GetEmbeddingClient("fake/e").GenerateEmbeddingsAsync(["a", "b"]);

        Assert.Equal(2, vectors.Count);
        Assert.Equal([0.25f, -0.5f, 1f], vectors[0].ToFloats().ToArray());
    }

    [Fact]
    public async Task Models_Listed()
    {
        await using var gateway = await TestGateway.StartAsync();

        var models = await Client(gateway).GetOpenAIModelClient().GetModelsAsync();

        Assert.Contains(models.Value, model => model.Id == "auto");
    }

    [Fact]
    public async Task Errors_ReadAsTheClientsOwnException()
    {
        await using var gateway = await TestGateway.StartAsync(environment: new() { ["CONDUCTOR_API_KEYS"] = "ck_test_0123456789abcdefghij" });

        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(gateway).GetChatClient("m").CompleteChatAsync(new UserChatMessage("hi")));

        Assert.Equal(401, error.Status);
        Assert.Contains("invalid_api_key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfTheClient_LetsIn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""",
            environment: new() { ["CONDUCTOR_API_KEYS"] = "ck_test_0123456789abcdefghij" });

        ChatCompletion answer = await Client(gateway, "ck_test_0123456789abcdefghij").GetChatClient("fake/m").CompleteChatAsync(new UserChatMessage("hi"));

        Assert.Equal("Hello from fake.", answer.Content[0].Text);
        Assert.DoesNotContain("ck_test", string.Join(' ', ChatTests.Chat(upstream).Headers.Values), StringComparison.Ordinal);
    }

    private static OpenAIClient Client(TestGateway gateway, string key = "none-needed") => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(gateway.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
}
