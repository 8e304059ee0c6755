using System.Text.Json.Nodes;
using Conductor.Plugins;
using Conductor.Providers.Http.OpenAI;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Conductor.Providers.OpenAI.Tests;

public sealed class OpenAIProviderTests
{
    [Fact]
    public async Task Request_CarriesKeyOrganizationAndProject()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl, settings: [("organization", "org-1"), ("project", "proj-2")]);

        await provider.AskAsync();

        var headers = upstream.Requests[0].Headers;
        Assert.Equal(("Bearer sk-secret-key", "org-1", "proj-2"), (headers["authorization"], headers["openai-organization"], headers["openai-project"]));
    }

    [Fact]
    public void BaseUrl_NotGiven_IsOpenAIs()
    {
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();
        var context = new ProviderContext { Name = "o", Settings = new ConfigurationBuilder().Build(), Keys = [new("key")], DataFolder = "" };

        new OpenAIPlugin().ConfigureServices(services, context); // a missing address would throw

        Assert.NotEmpty(services);
    }

    [Theory]
    [InlineData("gpt-4o", false)]
    [InlineData("gpt-4.1-mini", false)]
    [InlineData("gpt-35-turbo", false)]
    [InlineData("gpt-3.5-turbo", false)]
    [InlineData("gpt-5-chat-latest", false)]
    [InlineData("gpt-oss-120b", false)]
    [InlineData("text-embedding-3-small", false)]
    [InlineData("o1", true)]
    [InlineData("o4-mini-2025-04-16", true)]
    [InlineData("gpt-5", true)]
    [InlineData("gpt-5.6-pro", true)]
    [InlineData("gpt-6-mini", true)]
    [InlineData("gpt-12", true)]
    [InlineData("ft:o4-mini:acme::x", true)]
    public void Reasoners_AreToldByTheirNames(string model, bool reasons) => Assert.Equal(reasons, ReasoningModels.Contains(model));

    [Theory]
    [InlineData("gpt-4o", """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"max_completion_tokens":9,"logprobs":true}""", "")]
    [InlineData("o4-mini", """{"model":"o4-mini","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9}""", "temperature,logprobs")]
    public async Task Typed_WhatAModelRefuses_IsLeftOutAndTold(string model, string body, string dropped)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);
        var options = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 9, AdditionalProperties = new() { ["logprobs"] = true } };

        var answer = await provider.Provider.GetChatClient(model)!.GetResponseAsync("hi", options);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(upstream.Requests[0].BodyText)), upstream.Requests[0].BodyText);
        Assert.Equal(dropped, string.Join(',', DroppedParameters.Read(answer.AdditionalProperties)));
    }

    [Theory]
    [InlineData("openai", RawEndpoint.Chat, "/v1/chat/completions")]
    [InlineData("openai", RawEndpoint.Embeddings, "/v1/embeddings")]
    [InlineData("openai", RawEndpoint.Completions, "/v1/completions")]
    [InlineData("openai", RawEndpoint.Responses, "/v1/responses")]
    [InlineData("responses", RawEndpoint.Responses, "/v1/responses")]
    public async Task Raw_BytesGoToTheirEndpointUnchanged(string dialect, RawEndpoint endpoint, string path)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Json("""{"ok":true}"""));
        await using var provider = TestProvider.For(upstream.BaseUrl);
        var body = """{ "model":"o4-mini","temperature":0.5,"unknown":[1] }"""u8.ToArray();

        Assert.True(provider.Provider.RawTransport!.Supports(dialect, endpoint));
        await using var reply = await provider.Provider.RawTransport.SendAsync(
            new RawRequest { Dialect = dialect, Endpoint = endpoint, ModelId = "o4-mini", Body = body, IsStreaming = false }, CancellationToken.None);

        Assert.Equal("""{"ok":true}""", await new StreamReader(reply.Body).ReadToEndAsync());
        Assert.Equal(path, upstream.Requests[0].Path);
        Assert.Equal(body, upstream.Requests[0].Body);
    }

    [Fact]
    public async Task Raw_OtherDialects_AreNotItsOwn()
    {
        await using var provider = TestProvider.For("http://127.0.0.1:1");

        Assert.False(provider.Provider.RawTransport!.Supports("anthropic", RawEndpoint.Chat));
        Assert.False(provider.Provider.RawTransport.Supports("openai", RawEndpoint.CountTokens));
        Assert.False(provider.Provider.RawTransport.Supports("responses", RawEndpoint.Chat));
    }

    [Fact]
    public async Task Models_ForText_AreListed()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Models("gpt-4o", "o3", "text-embedding-3-small", "whisper-1", "dall-e-3", "omni-moderation-latest", "gpt-realtime"));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var models = await provider.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(["gpt-4o", "o3", "text-embedding-3-small"], models.Select(model => model.Id));
        Assert.Equal([false, true, false], models.Select(model => model.Capabilities.HasFlag(ModelCapabilities.Reasoning)));
        Assert.Equal(ModelCapabilities.Embeddings, models[2].Capabilities);
    }
}
