using System.Text.Json;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Anthropic.Tests;

public sealed class ChatTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "Tells it.", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task Chat_WholeAndStreamed_SayTheSame()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        FakeAnthropicReply Answer() => FakeAnthropicReply.Text("Grüße ", "😀").With(new FakeAnthropicUsage(5, 3, 7, 2));
        upstream.Reply(Answer()).Reply(Answer());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var whole = await provider.AskAsync();
        var streamed = await provider.StreamAsync().ToChatResponseAsync();

        foreach (var response in (ChatResponse[])[whole, streamed])
        {
            Assert.Equal("Grüße 😀", response.Text);
            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
            Assert.Equal((14L, 7L, 3L), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount));
            Assert.Equal(TestProvider.Model, response.ModelId);
        }

        var request = upstream.Requests[0];
        Assert.Equal(("POST", "/v1/messages"), (request.Method, request.Path));
        Assert.Equal(("sk-ant-secret-key", "2023-06-01"), (request.Headers["x-api-key"], request.Headers["anthropic-version"]));
        Assert.False(request.Headers.ContainsKey("authorization"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_ToolLoopWithThinking_GoesBackAsItCame(bool isStreaming)
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream
            .Reply(new FakeAnthropicReply().AddThinking("Which city?", "c2ln").AddText("Let me see.").AddToolUse("toolu_1", "weather", """{"city":"Köln"}""").AddToolUse("toolu_2", "weather", "{}"))
            .Reply(FakeAnthropicReply.Text("Rain."));
        await using var provider = TestProvider.For(upstream.BaseUrl);
        var client = provider.Provider.GetChatClient(TestProvider.Model)!;
        var options = new ChatOptions { Tools = [Weather], ToolMode = ChatToolMode.RequireAny, MaxOutputTokens = 100 };
        var messages = new List<ChatMessage> { new(ChatRole.User, "Weather?") };

        var first = isStreaming ? await client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync() : await client.GetResponseAsync(messages, options);
        messages.AddMessages(first);
        messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("toolu_1", "rain"), new FunctionResultContent("toolu_2", "?")]));
        var second = await client.GetResponseAsync(messages, options);

        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        Assert.Equal("Rain.", second.Text);
        var sent = upstream.Requests[1].Json.GetProperty("messages");
        Assert.Equal(
            ["thinking:Which city?:c2ln", "text:Let me see.:", "tool_use::", "tool_use::"],
            sent[1].GetProperty("content").EnumerateArray().Select(block => $"{block.GetProperty("type")}:{Member(block, block.GetProperty("type").GetString()!)}:{Member(block, "signature")}"));
        Assert.Equal("""{"city":"Köln"}""", sent[1].GetProperty("content")[2].GetProperty("input").GetRawText());
        Assert.Equal(["toolu_1", "toolu_2"], sent[2].GetProperty("content").EnumerateArray().Select(block => block.GetProperty("tool_use_id").GetString()));
        Assert.Equal("""{"type":"any"}""", upstream.Requests[1].Json.GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    public async Task Chat_WithoutMaximum_AsksForWhatTheModelCan()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);
        await using var limited = TestProvider.For(upstream.BaseUrl, ("max_tokens", "777"));

        var before = await provider.AskAsync();
        await provider.Provider.ListModelsAsync(CancellationToken.None);
        await provider.AskAsync();
        await limited.AskAsync();

        Assert.Equal([8192, 64000, 777], upstream.Requests.Where(request => request.Path == "/v1/messages").Select(request => request.Json.GetProperty("max_tokens").GetInt32()));
        Assert.Equal(["max_tokens"], ChangedParameters.Read(before.AdditionalProperties));
    }

    [Theory]
    [InlineData("claude-3-5-haiku-20241022", "temperature,top_p,top_k", "")]
    [InlineData("claude-sonnet-4-20250514", "temperature,top_p,top_k", "")]
    [InlineData("claude-opus-4-0", "temperature,top_p,top_k", "")]
    [InlineData("claude-opus-4-1-20250805", "temperature,top_k", "top_p")]
    [InlineData("claude-sonnet-4-5", "temperature,top_k", "top_p")]
    [InlineData("claude-opus-4-6", "temperature,top_k", "top_p")]
    [InlineData("claude-opus-4-7", "", "temperature,top_p,top_k")]
    [InlineData("claude-sonnet-5", "", "temperature,top_p,top_k")]
    [InlineData("claude-haiku-5-5", "", "temperature,top_p,top_k")]
    [InlineData("claude-mythos-preview", "", "temperature,top_p,top_k")]
    [InlineData("anthropic.claude-opus-4-8-v1:0", "", "temperature,top_p,top_k")]
    [InlineData("someone-elses-model", "temperature,top_p,top_k", "")]
    [InlineData("house-model", "", "temperature,top_p,top_k")]
    public async Task Chat_Sampling_GoesWhereTheModelTakesIt(string model, string sent, string dropped)
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Models = [model];
        await using var provider = TestProvider.For(upstream.BaseUrl, ("sampling:house-*", "none"));

        var response = await provider.AskAsync(options: new ChatOptions { Temperature = 0.5f, TopP = 0.5f, TopK = 5, MaxOutputTokens = 10 }, model: model);

        Assert.Equal(sent, string.Join(',', ((string[])["temperature", "top_p", "top_k"]).Where(name => upstream.Requests[0].Json.TryGetProperty(name, out _))));
        Assert.Equal(dropped, string.Join(',', DroppedParameters.Read(response.AdditionalProperties)));
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", "{\"type\":\"enabled\",\"budget_tokens\":2048}", null)]
    [InlineData("claude-opus-4-5", null, "low")]
    [InlineData("claude-opus-5", null, "low")]
    public async Task Chat_Effort_IsSaidAsTheModelTakesIt(string model, string? thinking, string? effort)
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Models = [model];
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await provider.AskAsync(options: new ChatOptions { MaxOutputTokens = 9000, Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Low } }, model: model);

        var sent = upstream.Requests[0].Json;
        Assert.Equal(thinking, sent.TryGetProperty("thinking", out var said) ? said.GetRawText() : null);
        Assert.Equal(effort, sent.TryGetProperty("output_config", out var config) ? config.GetProperty("effort").GetString() : null);
    }

    [Fact]
    public async Task Stream_FirstUpdate_TellsTheLosses()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var updates = await provider.StreamAsync(options: new ChatOptions { Seed = 7, MaxOutputTokens = 5 }).ToListAsync();

        Assert.Equal(["seed"], DroppedParameters.Read(updates[0].AdditionalProperties));
    }

    [Fact]
    public async Task Stream_ByteByByte_IsReadWhole()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Reply(FakeAnthropicReply.Text("Grüße ", "😀").ByteByByte());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        Assert.Equal("Grüße 😀", (await provider.StreamAsync().ToChatResponseAsync()).Text);
    }

    [Fact]
    public async Task Stream_LeftEarly_UpstreamSeesTheAbort()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Reply(FakeAnthropicReply.Text("a").WaitFor(new TaskCompletionSource().Task));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await foreach (var _ in provider.StreamAsync())
        {
            break;
        }

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Stream_WithoutItsEnd_IsNoAnswer()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Reply(FakeAnthropicReply.Text("a").Cut()).Reply(FakeAnthropicReply.Text("a").Reset());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        Assert.Equal(ProviderErrorKind.InvalidResponse, (await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync())).Kind);
        Assert.Equal(ProviderErrorKind.Network, (await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync())).Kind);
    }

    [Fact]
    public async Task Chat_WhatCannotBeSaid_IsRefusedBeforeAnythingGoesOut()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync(options: new ChatOptions { AdditionalProperties = new() { ["n"] = 2 } }));

        Assert.Equal((ProviderErrorKind.Unsupported, "n"), (failure.Kind, failure.Param));
        Assert.Empty(upstream.Requests);
    }

    private static string Member(JsonElement block, string name) => block.TryGetProperty(name, out var value) ? value.ToString() : "";
}
