using System.Text.Json;
using Conductor.TestKit;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google.Tests;

public sealed class ChatTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration("weather", "how it is", JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""));

    [Fact]
    public async Task Chat_Whole_AsksByTheAddressAndTheHeader()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Key = TestProvider.Key;
        await using var provider = TestProvider.For(google.BaseUrl);

        var response = await provider.Chat().GetResponseAsync("Grüße 😀");

        Assert.Equal("Hello from Gemini.", response.Text);
        Assert.Equal((ChatFinishReason.Stop, "gemini-2.5-flash"), (response.FinishReason, response.ModelId));
        Assert.Equal((2L, 3L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        var request = google.Requests.Single();
        Assert.Equal("/v1beta/models/gemini-2.5-flash:generateContent", request.Path);
        Assert.Equal(TestProvider.Key, request.Headers["x-goog-api-key"]);
        Assert.Equal("Grüße 😀", request.Json.GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Chat_Streamed_GivesPiecesThoughtsAndTheLastUsage()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Text().Thinking("let me see").Part("""{"text":"He"}""").Part("""{"text":"llo 😀"}""").ByteByByte());
        await using var provider = TestProvider.For(google.BaseUrl);

        var updates = await ReadAsync(provider.Chat().GetStreamingResponseAsync("hi", new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Low } }));

        var response = updates.ToChatResponse();
        Assert.Equal("Hello 😀", response.Text);
        Assert.Equal("let me see", response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text);
        Assert.Equal((1L, 6L, 3L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.ReasoningTokenCount));
        Assert.Equal("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", google.Requests.Single().Path);
        Assert.Equal(1024, google.Requests.Single().Json.GetProperty("generationConfig").GetProperty("thinkingConfig").GetProperty("thinkingBudget").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_ToolsOverTwoTurns_TakeTheSignatureBack(bool isStreaming)
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(new FakeGeminiReply().Call("weather", """{"city":"Ulm"}""").Call("weather", """{"city":"Bern"}""")).Reply(FakeGeminiReply.Text("Warm in both."));
        await using var provider = TestProvider.For(google.BaseUrl);
        var chat = provider.Chat("gemini-3-pro");
        List<ChatMessage> messages = [new(ChatRole.User, "weather?")];
        var options = new ChatOptions { Tools = [Weather] };

        var first = isStreaming ? (await ReadAsync(chat.GetStreamingResponseAsync(messages, options))).ToChatResponse() : await chat.GetResponseAsync(messages, options);
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        var calls = first.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        Assert.Equal(2, calls.Select(call => call.CallId).Distinct().Count());
        messages.AddRange(first.Messages);
        messages.AddRange(calls.Select(call => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "warm")])));
        var second = isStreaming ? (await ReadAsync(chat.GetStreamingResponseAsync(messages, options))).ToChatResponse() : await chat.GetResponseAsync(messages, options);

        Assert.Equal("Warm in both.", second.Text);
        Assert.Empty(ChangedParameters.Read(second.AdditionalProperties));
        var parts = google.Requests[1].Json.GetProperty("contents")[1].GetProperty("parts");
        Assert.NotEqual(FakeGemini.LostSignature, parts[0].GetProperty("thoughtSignature").GetString());
        Assert.Equal(2, google.Requests[1].Json.GetProperty("contents")[2].GetProperty("parts").GetArrayLength());
    }

    [Fact]
    public async Task Chat_SignatureThatItsCallerLost_IsReplacedAndTold()
    {
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl);
        ChatMessage[] messages =
        [
            new(ChatRole.User, "weather?"), new(ChatRole.Assistant, [new FunctionCallContent("c", "weather")]), new(ChatRole.Tool, [new FunctionResultContent("c", "warm")]),
        ];

        var response = await provider.Chat("gemini-3-pro").GetResponseAsync(messages);

        Assert.Equal("Hello from Gemini.", response.Text);
        Assert.Equal(["messages.tool_calls.extra_content.google.thought_signature"], ChangedParameters.Read(response.AdditionalProperties));
        var strict = new ChatOptions { AdditionalProperties = new() { [ChatKeys.RefuseLosses] = true } };
        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.Chat("gemini-3-pro").GetResponseAsync(messages, strict));
        Assert.Equal(ProviderErrorKind.Unsupported, failure.Kind);
    }

    [Fact]
    public async Task Chat_OptionsSchemaImageAndCandidates_ReachGoogle()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Text("""{"a":1}"""));
        await using var provider = TestProvider.For(google.BaseUrl);
        var options = new ChatOptions
        {
            Temperature = 0,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}""")),
            AdditionalProperties = new() { ["n"] = 2, ["logprobs"] = true, ["top_logprobs"] = 2, ["user"] = "u" },
        };

        var response = await provider.Chat().GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("see"), new DataContent(new byte[] { 1 }, "image/png")])], options);

        Assert.Equal(["""{"a":1}""", """{"a":1}"""], response.Messages.Select(message => message.Text));
        Assert.Equal(["user"], DroppedParameters.Read(response.AdditionalProperties));
        var logprobs = (JsonElement)response.Messages[0].AdditionalProperties!["logprobs"]!;
        Assert.Equal(2, logprobs.GetProperty("content")[0].GetProperty("top_logprobs").GetArrayLength());
        var config = google.Requests.Single().Json.GetProperty("generationConfig");
        Assert.Equal("application/json", config.GetProperty("responseMimeType").GetString());
        Assert.Equal(2, config.GetProperty("candidateCount").GetInt32());
        Assert.Equal("AQ==", google.Requests.Single().Json.GetProperty("contents")[0].GetProperty("parts")[1].GetProperty("inlineData").GetProperty("data").GetString());
    }

    [Fact]
    public async Task Chat_ImageByAddress_IsRefusedBeforeAnythingIsSent()
    {
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.Chat().GetResponseAsync([new ChatMessage(ChatRole.User, [new UriContent(new Uri("https://example.org/a.png"), "image/*")])]));

        Assert.Equal(ProviderErrorKind.Unsupported, failure.Kind);
        Assert.Contains("data URL", failure.Message, StringComparison.Ordinal);
        Assert.Empty(google.Requests);
    }

    [Fact]
    public async Task Chat_StreamThatComesAsAnArray_IsRead()
    {
        await using var server = await FakeServer.StartAsync(async (context, _, token) =>
        {
            context.Response.ContentType = "application/json";
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(
                context.Response, """[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}]""", token);
        });
        await using var provider = TestProvider.For(server.Address);

        Assert.Equal("ab", (await ReadAsync(provider.Chat().GetStreamingResponseAsync("hi"))).ToChatResponse().Text);
    }

    [Fact]
    public async Task Chat_NameOfAnyShape_StaysInItsPlace()
    {
        await using var google = await FakeGemini.StartAsync();
        await using var provider = TestProvider.For(google.BaseUrl, settings: ("api_version", "v1"));

        Assert.Equal("Hello from Gemini.", (await provider.Chat("models/gemini-2.5-flash").GetResponseAsync("hi")).Text);
        await Assert.ThrowsAsync<ProviderException>(() => provider.Chat("a/../b?c#d").GetResponseAsync("hi"));
        await Assert.ThrowsAsync<ProviderException>(() => provider.Chat("..").GetResponseAsync("hi"));

        Assert.Equal(["/v1/models/gemini-2.5-flash:generateContent", "/v1/models/a%2F..%2Fb%3Fc%23d:generateContent"], google.Requests.Select(request => request.Path));
    }

    private static async Task<List<ChatResponseUpdate>> ReadAsync(IAsyncEnumerable<ChatResponseUpdate> stream)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in stream)
        {
            updates.Add(update);
        }

        return updates;
    }
}
