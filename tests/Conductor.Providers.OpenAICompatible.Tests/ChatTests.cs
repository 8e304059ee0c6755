using System.Text.Json;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class ChatTests
{
    [Fact]
    public async Task Stream_WithHalfACharacterInAChunk_GoesOn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Event("""{"choices":[{"delta":{"content":"a\ud83d"}}]}""").Event("""{"choices":[{"delta":{"content":"\ude00b"}}]}""").Finish().Done());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var answer = await provider.StreamAsync().ToChatResponseAsync();

        Assert.Equal("a\ud83d\ude00b", answer.Text);
    }

    [Fact]
    public async Task Chat_WholeAnswer_ComesBackWithUsageAndOnlyOurHeadersWentOut()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith("Guten Tag 😀", new FakeUsage(12, 3, CachedTokens: 4, ReasoningTokens: 1));
        await using var provider = TestProvider.For(upstream.BaseUrl, settings: ("extra_headers:x-tenant", "blue"));

        var answer = await provider.AskAsync("hi", new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 40 });

        Assert.Equal("Guten Tag 😀", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal((12L, 3L, 4L, 1L), (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.CachedInputTokenCount, answer.Usage.ReasoningTokenCount));
        var request = Assert.Single(upstream.Requests);
        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal("Bearer sk-secret-key", request.Headers["Authorization"]);
        Assert.Equal("blue", request.Headers["x-tenant"]);
        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"max_tokens":40}""", request.BodyText);
        Assert.Equal(
            ["Accept", "Authorization", "Content-Length", "Content-Type", "Host", "User-Agent", "x-tenant"],
            request.Headers.Keys.Where(name => name is not ("traceparent" or "Request-Id")).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Chat_WithoutAKey_SendsNoAuthorization()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl, key: null);

        await provider.AskAsync();

        Assert.False(upstream.Requests[0].Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task Chat_JsonSchema_GoesOutAsResponseFormat()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith("""{"a":1}""");
        await using var provider = TestProvider.For(upstream.BaseUrl);
        var schema = JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"integer"}}}""");

        var answer = await provider.AskAsync("x", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "thing") });

        Assert.Equal("""{"a":1}""", answer.Text);
        var format = upstream.Requests[0].Json.GetProperty("response_format");
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        Assert.Equal("thing", format.GetProperty("json_schema").GetProperty("name").GetString());
        Assert.Equal("integer", format.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("a").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Chat_ToolCalls_AreReadWholeAndStreamed()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var calls = new[] { new FakeToolCall("call_a", "weather", """{"city":"Köln"}"""), new FakeToolCall(null, "time", "") };
        upstream.Reply(FakeReply.ToolCalls(calls)).Reply(FakeReply.ToolCalls(calls));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var whole = await provider.AskAsync();
        var streamed = await provider.StreamAsync().ToChatResponseAsync();

        foreach (var answer in new[] { whole, streamed })
        {
            var found = answer.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
            Assert.Equal(["weather", "time"], found.Select(call => call.Name));
            Assert.Equal("call_a", found[0].CallId);
            Assert.StartsWith("call_", found[1].CallId, StringComparison.Ordinal);
            Assert.Equal("Köln", found[0].Arguments!["city"]!.ToString());
            Assert.Empty(found[1].Arguments!);
            Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        }
    }

    [Fact]
    public async Task Chat_WhatTheDialectCannotSay_IsUnsupportedAndNothingIsSent()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync("hi", new ChatOptions { Tools = [new HostedWebSearchTool()] }));

        Assert.Equal(ProviderErrorKind.Unsupported, failure.Kind);
        Assert.Equal("tools[0]", failure.Param);
        Assert.Empty(upstream.Requests);
    }

    [Fact]
    public async Task Stream_Pieces_ArriveOneByOneWhileTheUpstreamGoesOn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var gate = new TaskCompletionSource();
        upstream.ReplyWith(new FakeStream().Role().Chunk("one ").WaitFor(gate.Task).Chunk("two").Finish().UsageIfAsked(new FakeUsage(5, 2)).Done());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await using var updates = provider.StreamAsync().GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal("one ", updates.Current.Text);
        gate.SetResult();
        var rest = new List<ChatResponseUpdate>();
        while (await updates.MoveNextAsync())
        {
            rest.Add(updates.Current);
        }

        Assert.Equal("two", string.Concat(rest.Select(update => update.Text)));
        Assert.Equal(ChatFinishReason.Stop, rest.Single(update => update.FinishReason is not null).FinishReason);
        var usage = Assert.Single(rest.SelectMany(update => update.Contents).OfType<UsageContent>());
        Assert.Equal((5L, 2L), (usage.Details.InputTokenCount, usage.Details.OutputTokenCount));
        Assert.True(upstream.Requests[0].Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
    }

    [Fact]
    public async Task Stream_EndsAfterFinishWithoutDone_IsASuccess()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("all").Finish("length"));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var answer = await provider.StreamAsync().ToChatResponseAsync();

        Assert.Equal("all", answer.Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
    }

    public static TheoryData<string, FakeStream> BadEnds => new()
    {
        { "end of file", new FakeStream().Role().Chunk("he") },
        { "early end mark", new FakeStream().Role().Chunk("he").Done() },
        { "nothing at all", new FakeStream() },
        { "not JSON", new FakeStream().Role().Chunk("he").Event("{oops") },
        { "not UTF-8", new FakeStream().Role().Chunk("he").Raw(new byte[] { (byte)'d', (byte)'a', (byte)'t', (byte)'a', (byte)':', 0xC3, 0x28, 10, 10 }) },
        { "too long", new FakeStream().Role().Chunk("he").Event(new string(' ', 1_100_000)) },
        { "cut inside an event", new FakeStream().Role().Chunk("he").Raw("""data: {"choices":[{"delta":{"content":"llo"}""") },
        { "no chunk", new FakeStream().Role().Chunk("he").Event("""{"hello":1}""") },
    };

    [Theory]
    [MemberData(nameof(BadEnds))]
    public async Task Stream_EndsBadly_IsAnInvalidResponseAfterWhatHadCome(string what, FakeStream stream)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(stream);
        await using var provider = TestProvider.For(upstream.BaseUrl);
        var text = "";

        var failure = await Assert.ThrowsAsync<ProviderException>(async () =>
        {
            await foreach (var update in provider.StreamAsync())
            {
                text += update.Text;
            }
        });

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
        Assert.Equal(what == "nothing at all" ? "" : "he", text);
    }

    [Fact]
    public async Task Stream_ResetMidway_IsANetworkFailureAfterWhatHadCome()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("he").Reset());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync());

        Assert.True(failure.Kind is ProviderErrorKind.Network or ProviderErrorKind.InvalidResponse, failure.Kind.ToString());
        Assert.DoesNotContain("127.0.0.1", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WholeJsonAnswerInstead_IsReadAsOne()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json("""{"choices":[{"message":{"role":"assistant","content":"whole"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"""));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var answer = await provider.StreamAsync().ToChatResponseAsync();

        Assert.Equal("whole", answer.Text);
        Assert.Equal(1, answer.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task Stream_CallerCancelsWhileItStalls_UpstreamSeesTheAbortWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("he").Stall());
        await using var provider = TestProvider.For(upstream.BaseUrl);
        using var cancellation = new CancellationTokenSource();

        await using var updates = provider.StreamAsync(cancellation.Token).GetAsyncEnumerator();
        Assert.True(await updates.MoveNextAsync());
        var next = updates.MoveNextAsync();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stream_DisposedBetweenPieces_UpstreamSeesTheAbortWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(FakeStream.Endless());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await foreach (var _ in provider.StreamAsync())
        {
            break;
        }

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stream_DisposedWhileItStalls_UpstreamSeesTheAbortWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("he").Stall());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await foreach (var _ in provider.StreamAsync())
        {
            break;
        }

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Chat_CancelledBeforeHeaders_StaysACancellationAndReachesTheUpstream()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Hang());
        await using var provider = TestProvider.For(upstream.BaseUrl);
        using var cancellation = new CancellationTokenSource();

        var asking = provider.Provider.GetChatClient("m")!.GetResponseAsync([new ChatMessage(ChatRole.User, "hi")], null, cancellation.Token);
        var request = await upstream.WaitForRequestAsync();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await request.Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stream_ReadToItsEnd_LeavesTheConnectionForTheNext()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        for (var i = 0; i < 5; i++)
        {
            await provider.StreamAsync().ToChatResponseAsync();
            await upstream.Requests[i].Completed;
        }

        Assert.DoesNotContain(upstream.Requests, request => request.IsAborted);
        Assert.InRange(upstream.Requests.Select(request => request.ConnectionId).Distinct().Count(), 1, 3);
    }
}
