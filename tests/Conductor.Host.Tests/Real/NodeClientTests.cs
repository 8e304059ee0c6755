using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>The official npm client `openai`, told nothing but the base URL, in front of real servers. Skipped, with the reason, where one of them is missing.</summary>
public sealed class NodeClientTests(StoryServer chat, EmbeddingServer embeddings) : IClassFixture<StoryServer>, IClassFixture<EmbeddingServer>
{
    [SkippableFact]
    public async Task OfficialClient_EverythingItCanAskFor_Works()
    {
        Skip.If(NodeClient.WhyNot is not null, NodeClient.WhyNot);
        Skip.If(chat.WhyNot is not null, chat.WhyNot);
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              llama: { plugin: openai-compatible, base_url: "{{chat.BaseUrl}}" }
              vectors: { plugin: openai-compatible, base_url: "{{embeddings.BaseUrl}}" }
            """);

        using var client = NodeClient.Start("openai.mjs", new Uri(gateway.Address, "/v1").ToString(), "llama/" + LlamaServer.Model, "vectors/" + LlamaServer.Model);
        var found = await client.ReadAsync();

        // The script still lives: it is abort() that stops the model.
        await LlamaServer.UntilAsync(async () => !await chat.IsGeneratingAsync(), TimeSpan.FromSeconds(1), "the server went on generating for more than a second");
        Assert.InRange(found.GetProperty("abort").GetInt32(), 1, 50);
        var answer = found.GetProperty("chat");
        Assert.NotEmpty(answer.GetProperty("text").GetString()!);
        Assert.True(answer.GetProperty("tokens").GetInt32() > 0);
        Assert.Equal("llama", answer.GetProperty("provider").GetString());
        Assert.StartsWith("req_", answer.GetProperty("requestId").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(found.GetProperty("stream").GetProperty("text").GetString()!);
        Assert.True(found.GetProperty("stream").GetProperty("tokens").GetInt32() > 0);
        Assert.Equal("length", found.GetProperty("helper").GetString());
        AssertNotFound(found.GetProperty("error"));
        var vectors = found.GetProperty("embeddings");
        Assert.Equal(2, vectors.GetProperty("count").GetInt32());
        Assert.Equal(288, vectors.GetProperty("length").GetInt32()); // of stories15M
        Assert.True(vectors.GetProperty("numbers").GetBoolean());
        Assert.Superset(new HashSet<string?> { "auto", "llama/" + LlamaServer.Model }, found.GetProperty("models").EnumerateArray().Select(model => model.GetString()).ToHashSet());
        Assert.Equal("auto", found.GetProperty("oneModel").GetString());
    }

    private static void AssertNotFound(JsonElement error)
    {
        Assert.True(error.GetProperty("isNotFound").GetBoolean(), error.ToString());
        Assert.Equal(404, error.GetProperty("status").GetInt32());
        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.StartsWith("req_", error.GetProperty("requestId").GetString(), StringComparison.Ordinal);
    }
}
