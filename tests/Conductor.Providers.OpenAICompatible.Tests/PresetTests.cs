using System.Text.Json.Nodes;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class PresetTests
{
    [Theory]
    [InlineData("vllm", "http://127.0.0.1:8000/v1/")]
    [InlineData("llama.cpp", "http://127.0.0.1:8080/v1/")]
    [InlineData("lmstudio", "http://127.0.0.1:1234/v1/")]
    [InlineData("groq", "https://api.groq.com/openai/v1/")]
    [InlineData("mistral", "https://api.mistral.ai/v1/")]
    [InlineData("deepseek", "https://api.deepseek.com/v1/")]
    [InlineData("openrouter", "https://openrouter.ai/api/v1/")]
    [InlineData("together", "https://api.together.xyz/v1/")]
    [InlineData("fireworks", "https://api.fireworks.ai/inference/v1/")]
    [InlineData("xai", "https://api.x.ai/v1/")]
    public void Preset_GivesTheAddress_UnlessTheSettingsDo(string preset, string url)
    {
        Assert.Equal(url, OpenAICompatibleSettings.Read(Context(("preset", preset))).Http.BaseUrl.AbsoluteUri);
        Assert.Equal("http://127.0.0.1:9/v1/", OpenAICompatibleSettings.Read(Context(("preset", preset), ("base_url", "http://127.0.0.1:9/v1"))).Http.BaseUrl.AbsoluteUri);
    }

    [Fact]
    public void Presets_AreAllTested() => Assert.Equal(10, Preset.All.Count);

    [Fact]
    public void Preset_ThatNobodyKnows_IsAMistakeThatListsThem()
    {
        var mistake = Assert.Throws<PluginSettingsException>(() => OpenAICompatibleSettings.Read(Context(("preset", "gorq"))));

        Assert.Contains("'providers.p.preset' must be one of: deepseek, fireworks, groq, llama.cpp", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral", """{"model":"m","messages":[{"role":"user","content":"hi","name":"ann"}],"max_tokens":9,"random_seed":7,"logprobs":true,"stream":true}""", "top_k")]
    [InlineData("groq", """{"model":"m","messages":[{"role":"user","content":"hi"}],"top_k":3,"max_tokens":9,"seed":7,"stream":true,"stream_options":{"include_usage":true}}""", "messages.name,logprobs")]
    [InlineData("vllm", """{"model":"m","messages":[{"role":"user","content":"hi","name":"ann"}],"top_k":3,"max_tokens":9,"seed":7,"logprobs":true,"stream":true,"stream_options":{"include_usage":true}}""", "")]
    public async Task Typed_IsWrittenAsTheServerReadsIt(string preset, string body, string dropped)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl, settings: ("preset", preset));
        var options = new ChatOptions { MaxOutputTokens = 9, Seed = 7, TopK = 3, AdditionalProperties = new() { ["logprobs"] = true } };

        var updates = await provider.Provider.GetChatClient("m")!.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hi") { AuthorName = "ann" }], options).ToListAsync();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(upstream.Requests[0].BodyText)), upstream.Requests[0].BodyText);
        Assert.Equal(dropped, string.Join(',', DroppedParameters.Read(updates[0].AdditionalProperties)));
    }

    [Fact]
    public async Task Mistral_WhichRefusesWhatAGatewayAdds_GetsNoBytes()
    {
        await using var mistral = TestProvider.For(null, settings: ("preset", "mistral"));
        await using var groq = TestProvider.For(null, settings: ("preset", "groq"));

        Assert.Null(mistral.Provider.RawTransport);
        Assert.True(groq.Provider.RawTransport!.Supports("openai", RawEndpoint.Chat));
    }

    [Fact]
    public async Task DeepSeek_HoldsNoAnswerToASchema()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl, settings: ("preset", "deepseek"));
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(System.Text.Json.JsonElement.Parse("{}"), "n") };

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync(options: options));

        Assert.Equal((ProviderErrorKind.Unsupported, "response_format"), (failure.Kind, failure.Param));
        Assert.False((await provider.Provider.ListModelsAsync(CancellationToken.None))[0].Capabilities.HasFlag(ModelCapabilities.JsonSchema));
    }

    private static ProviderContext Context(params (string Name, string Value)[] settings) => new()
    {
        Name = "p",
        Settings = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build(),
        DataFolder = "",
    };
}
