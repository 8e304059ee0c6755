using System.Text.Json;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama.Tests;

public sealed class ChatTests : IAsyncLifetime
{
    private FakeOllama _ollama = null!;
    private TestProvider _test = null!;

    public async Task InitializeAsync()
    {
        _ollama = await FakeOllama.StartAsync();
        _test = TestProvider.For(_ollama.BaseUrl, ("key", "secret"), ("keep_alive", "10m"));
    }

    public async Task DisposeAsync()
    {
        await _test.DisposeAsync();
        await _ollama.DisposeAsync();
    }

    [Fact]
    public async Task Whole_AnswersWithUsage()
    {
        var answer = await _test.AskAsync("How are you today?");

        Assert.Equal("Hello from Ollama.", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal((4, 3), (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount));
        var request = Assert.Single(_ollama.RequestsTo("/api/chat"));
        Assert.Equal("Bearer secret", request.Headers["Authorization"]);
        Assert.Equal("10m", request.Json.GetProperty("keep_alive").GetString());
    }

    [Fact]
    public async Task Stream_IsTheSamePieceByPiece()
    {
        var updates = await _test.StreamAsync();

        Assert.Equal(["Hello ", "from ", "Ollama."], updates.Select(update => update.Text).Where(text => text.Length > 0));
        var whole = updates.ToChatResponse();
        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal((1, 3), (whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount));
    }

    [Fact]
    public async Task Stream_FinishedByItsLastLine_KeepsTheConnection()
    {
        await _test.StreamAsync();
        await _test.StreamAsync();

        Assert.Single(_ollama.RequestsTo("/api/chat").Select(request => request.ConnectionId).Distinct());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ToolCalls_ComeWhole_AndTheReasonSaysSo(bool isStreaming)
    {
        _ollama.Reply(new FakeOllamaReply().Think("Need two.").Call("weather", """{"city":"Oslo"}""").Call("time", "{}", "call_given"));
        var options = new ChatOptions { Tools = [Function("weather"), Function("time")] };

        var answer = isStreaming ? (await _test.StreamAsync(options: options)).ToChatResponse() : await _test.AskAsync(options: options);

        var calls = answer.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        Assert.Equal(["weather", "time"], calls.Select(call => call.Name));
        Assert.Equal("Oslo", ((JsonElement)calls[0].Arguments!["city"]!).GetString());
        Assert.Equal("call_given", calls[1].CallId);
        Assert.NotEqual(calls[0].CallId, calls[1].CallId);
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        Assert.Equal("Need two.", answer.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Single().Text);
    }

    [Fact]
    public async Task ToolResult_GoesBackWithItsToolsName()
    {
        _ollama.Reply(new FakeOllamaReply().Call("weather", """{"city":"Oslo"}"""));
        var options = new ChatOptions { Tools = [Function("weather")] };
        var asked = new ChatMessage(ChatRole.User, "Weather?");
        var first = await _test.Chat().GetResponseAsync([asked], options);
        var call = first.Messages[0].Contents.OfType<FunctionCallContent>().Single();

        await _test.Chat().GetResponseAsync([asked, first.Messages[0], new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "rain")])], options);

        var sent = _ollama.RequestsTo("/api/chat")[1].Json.GetProperty("messages");
        Assert.Equal("Oslo", sent[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetProperty("city").GetString());
        Assert.Equal(("weather", call.CallId), (sent[2].GetProperty("tool_name").GetString(), sent[2].GetProperty("tool_call_id").GetString()));
    }

    [Fact]
    public async Task Logprobs_AreGivenWhereAskedFor()
    {
        var answer = await _test.AskAsync(options: new ChatOptions { AdditionalProperties = new() { ["logprobs"] = true, ["top_logprobs"] = 2 } });

        var row = ((JsonElement)answer.Messages[0].AdditionalProperties!["logprobs"]!).GetProperty("content")[0];
        Assert.Equal(2, row.GetProperty("top_logprobs").GetArrayLength());
    }

    [Fact]
    public async Task PromptThatWasCached_HasNoUsage_RatherThanHalfOfOne()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "m", IsPromptCached = true });
        await using var test = TestProvider.For(ollama.BaseUrl);

        Assert.Null((await test.AskAsync(model: "m")).Usage);
        Assert.Null((await test.StreamAsync(model: "m")).ToChatResponse().Usage);
    }

    [Fact]
    public async Task WhatOllamaHasNoWordFor_IsTold()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["logit_bias"] = new Dictionary<string, object?> { ["1"] = 1 }, ["user"] = "u" } };

        var whole = await _test.AskAsync(options: options);
        var updates = await _test.StreamAsync(options: options);

        Assert.Equal(["logit_bias", "user"], DroppedParameters.Read(whole.AdditionalProperties));
        Assert.Equal(["logit_bias", "user"], DroppedParameters.Read(updates[0].AdditionalProperties));
        Assert.All(updates.Skip(1), update => Assert.Empty(DroppedParameters.Read(update.AdditionalProperties)));
    }

    [Theory]
    [InlineData("none", "false")]
    [InlineData("low", "\"low\"")]
    [InlineData("high", "\"high\"")]
    [InlineData("xhigh", "\"max\"")]
    [InlineData("minimal", "\"low\"")]
    [InlineData(null, "true")] // the setting's
    public async Task Effort_IsThink(string? effort, string think)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "deep", Capabilities = ["completion", "thinking"] });
        await using var test = TestProvider.For(ollama.BaseUrl, ("think", "true"));

        await test.AskAsync(options: Effort(effort), model: "deep");

        Assert.Equal(think, Assert.Single(ollama.RequestsTo("/api/chat")).Json.GetProperty("think").GetRawText());
    }

    [Theory]
    [InlineData("high", true)]
    [InlineData("none", false)]
    public async Task Effort_OfAModelThatDoesNotThink_IsLeftOut_AndToldWhereItMatters(string effort, bool isTold)
    {
        var answer = await _test.AskAsync(options: Effort(effort));

        Assert.False(Assert.Single(_ollama.RequestsTo("/api/chat")).Json.TryGetProperty("think", out _));
        Assert.Equal(isTold, DroppedParameters.Read(answer.AdditionalProperties).Contains("reasoning_effort"));
    }

    [Theory]
    [InlineData("tools")]
    [InlineData("images")]
    [InlineData("chat")]
    public async Task WhatTheModelCannotDo_IsRefusedBeforeItIsLoaded(string what)
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "plain", Capabilities = [what == "chat" ? "embedding" : "completion"] });
        await using var test = TestProvider.For(ollama.BaseUrl);
        ChatMessage message = what == "images" ? new(ChatRole.User, [new DataContent("data:image/png;base64,AAAA")]) : new(ChatRole.User, "Hi");
        var options = what == "tools" ? new ChatOptions { Tools = [Function("f")] } : null;

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Chat("plain").GetResponseAsync([message], options));

        Assert.Equal(ProviderErrorKind.Unsupported, failure.Kind);
        Assert.Empty(ollama.Loads);
    }

    [Fact]
    public async Task Image_IsUnderstood()
    {
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "eyes", Capabilities = ["completion", "vision"] });
        await using var test = TestProvider.For(ollama.BaseUrl);

        await test.Chat("eyes").GetResponseAsync([new ChatMessage(ChatRole.User, [new TextContent("What?"), new DataContent("data:image/png;base64,iVBORw0KGgo=")])]);

        Assert.Equal("iVBORw0KGgo=", Assert.Single(ollama.RequestsTo("/api/chat")).Json.GetProperty("messages")[0].GetProperty("images")[0].GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_GivenUp_ClosesTheConnection(bool byToken)
    {
        _ollama.Reply(FakeOllamaReply.Text("first").Forever("more "));
        using var left = new CancellationTokenSource();

        var read = async () =>
        {
            await foreach (var update in _test.Chat().GetStreamingResponseAsync("Hi", cancellationToken: left.Token))
            {
                if (!byToken)
                {
                    break;
                }

                await left.CancelAsync();
            }
        };
        if (byToken)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(read);
        }
        else
        {
            await read();
        }

        var request = await _ollama.WaitForAsync("/api/chat");
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Whole_GivenUpWhileTheModelLoads_ClosesTheConnection()
    {
        var never = new TaskCompletionSource();
        await using var ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "slow", Loading = never.Task });
        await using var test = TestProvider.For(ollama.BaseUrl);
        using var left = new CancellationTokenSource();

        var asking = test.Chat("slow").GetResponseAsync("Hi", cancellationToken: left.Token);
        var request = await ollama.WaitForAsync("/api/chat");
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static ChatOptions Effort(string? effort) => effort switch
    {
        null => new ChatOptions(),
        "minimal" => new ChatOptions { AdditionalProperties = new() { ["reasoning_effort"] = JsonElement.Parse("\"minimal\"") } },
        _ => new ChatOptions
        {
            Reasoning = new ReasoningOptions
            {
                Effort = effort switch { "none" => ReasoningEffort.None, "low" => ReasoningEffort.Low, "high" => ReasoningEffort.High, _ => ReasoningEffort.ExtraHigh },
            },
        },
    };

    private static AIFunctionDeclaration Function(string name) => AIFunctionFactory.CreateDeclaration(name, "", JsonElement.Parse("""{"type":"object"}"""));
}
