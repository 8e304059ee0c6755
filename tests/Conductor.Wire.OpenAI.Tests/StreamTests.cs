using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;
using Role = Microsoft.Extensions.AI.ChatRole;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class StreamTests
{
    private static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private const string Transcript = """
        data: {"id":"c1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

        : ping

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":"Grüße 😀"},"finish_reason":null}],"obfuscation":"xyz"}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"t2","type":"function","function":{"name":"g","arguments":""}}]}}]}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a"}}]}}]}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\":1}"}},{"index":1,"function":{"arguments":"{}"}}]}}]}

        data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

        data: {"id":"c1","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}

        data: [DONE]

        data: {"choices":[{"delta":{"content":"ghost"}}]}


        """;

    [Fact]
    public async Task Stream_SplitAtEveryByte_GivesTheSameUpdates()
    {
        foreach (var transcript in (string[])[Transcript, Transcript.Replace("\n", "\r\n", StringComparison.Ordinal)])
        {
            var bytes = Bytes.Of(transcript);
            for (var split = 0; split <= bytes.Length; split++)
            {
                var (response, reader) = await ReadAsync(PieceStream.SplitAt(bytes, split));

                Assert.Equal("Grüße 😀", response.Text);
                Assert.True(reader.IsFinished && reader.IsEnd);
                Assert.Equal((7L, 5L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
                var contents = response.Messages.SelectMany(message => message.Contents).ToList();
                Assert.Equal("hm", Assert.Single(contents.OfType<TextReasoningContent>()).Text);
                Assert.Equal(["g:t2:0", "f:t1:1"], contents.OfType<FunctionCallContent>().Select(call => $"{call.Name}:{call.CallId}:{call.Arguments!.Count}"));
                Assert.Equal(FinishReason.ToolCalls, response.FinishReason);
            }
        }
    }

    [Fact]
    public async Task Stream_ToolDeltasWithoutIndex_AreMergedByIdAndOrder()
    {
        var (response, _) = await ReadAsync(new MemoryStream(Bytes.Of("""
            data: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"1}"}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"g"}}]}}]}

            data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

            """)));

        Assert.Equal(["f:1", "g:0"], response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => $"{call.Name}:{call.Arguments!.Count}"));
    }

    [Fact]
    public async Task Stream_RunningTotalsInEveryChunk_CountOnce()
    {
        var (response, _) = await ReadAsync(new MemoryStream(Bytes.Of("""
            data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}

            data: {"choices":[{"delta":{"content":"b"}}],"usage":{"prompt_tokens":5,"completion_tokens":2}}

            data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}

            """)));

        Assert.Equal((5L, 2L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":""}}]}""", false, false)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":null,"tool_calls":[]}}]}""", false, false)]
    [InlineData("""{"choices":[{"delta":{"content":"x"}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{"reasoning_content":"x"}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{"reasoning":"x"}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{"refusal":"x"}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{"function_call":{"name":"f"}}}]}""", true, false)]
    [InlineData("""{"choices":[{"delta":{},"finish_reason":"stop"}]}""", false, true)]
    [InlineData("""{"choices":[{"delta":{"content":"x"},"finish_reason":"length"}]}""", true, true)]
    [InlineData("""{"choices":[{"delta":null,"finish_reason":null}]}""", false, false)]
    [InlineData("""{"choices":[],"prompt_filter_results":[]}""", false, false)]
    public void ScanEvent_Chunk_TellsContentFromFinish(string data, bool hasContent, bool isFinished)
    {
        var seen = OpenAIScan.ScanEvent(Bytes.Of(data));

        Assert.Equal(new OpenAIEvent { HasContent = hasContent, IsFinished = isFinished }, seen);
    }

    [Theory]
    [InlineData("[DONE]", "end")]
    [InlineData(" [DONE] ", "end")]
    [InlineData("", "nothing")]
    [InlineData("{oops", "invalid")]
    [InlineData("{} {}", "invalid")]
    [InlineData("[]", "invalid")]
    [InlineData("7", "invalid")]
    [InlineData("""{"hello":1}""", "invalid")]
    [InlineData("""{"error":{"message":"x"}}""", "error")]
    [InlineData("""{"error":"x","choices":[{"delta":{"content":"x"}}]}""", "error")]
    [InlineData("""{"object":"error","message":"x"}""", "error")]
    [InlineData("""{"error":null,"choices":[]}""", "nothing")]
    public void ScanEvent_AnythingElse_IsTold(string data, string expected)
    {
        var seen = OpenAIScan.ScanEvent(Bytes.Of(data));

        Assert.Equal(expected, seen.IsEnd ? "end" : seen.IsError ? "error" : seen.IsInvalid ? "invalid" : "nothing");
        Assert.False(seen.HasContent);
    }

    [Fact]
    public void ScanEvent_InvalidUtf8_IsInvalid()
    {
        byte[] data = [.. """{"choices":[{"delta":{"content":" """u8, 0xC3, 0x28, .. "\"}}]}"u8];

        Assert.True(OpenAIScan.ScanEvent(data).IsInvalid);
    }

    [Fact]
    public void ScanEvent_OrdinaryChunk_AllocatesNothing()
    {
        var data = Bytes.Of("""{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":2}}""");
        OpenAIScan.ScanEvent(data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            OpenAIScan.ScanEvent(data);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Writer_Updates_KeepTheDialectsPromises()
    {
        var written = Write(wantsUsage: true, [
            new ChatResponseUpdate(Role.Assistant, ""),
            new ChatResponseUpdate(Role.Assistant, [new TextReasoningContent("hm")]),
            new ChatResponseUpdate(Role.Assistant, "a"),
            new ChatResponseUpdate(Role.Assistant, [new FunctionCallContent("c1", "f"), new FunctionCallContent("c2", "g", new Dictionary<string, object?> { ["x"] = 1 })]),
            new ChatResponseUpdate { FinishReason = FinishReason.Stop },
            new ChatResponseUpdate(Role.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 4 })]),
            new ChatResponseUpdate { FinishReason = FinishReason.Length },
        ]);

        var events = written.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        var chunks = events[..^1].Select(text => JsonNode.Parse(text["data: ".Length..])!).ToList();
        Assert.All(chunks, chunk => Assert.Equal("chatcmpl-1", (string?)chunk["id"]));
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Single(chunks, chunk => chunk["choices"]!.AsArray().Count > 0 && chunk["choices"]![0]!["delta"]!["role"] is not null);
        Assert.Equal("tool_calls", (string?)Assert.Single(chunks, chunk => chunk["choices"]!.AsArray().Any(choice => choice!["finish_reason"] is not null))["choices"]![0]!["finish_reason"]);
        Assert.Equal([0, 1], chunks.SelectMany(chunk => chunk["choices"]!.AsArray()).Select(choice => choice!["delta"]!["tool_calls"]?[0]?["index"]).OfType<JsonNode>().Select(index => (int)index));
        Assert.Equal(7, (int?)chunks[^1]["usage"]!["total_tokens"]);
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
    }

    [Fact]
    public async Task Writer_SurrogatePairSplitBetweenUpdates_ArrivesWhole()
    {
        var written = Write(wantsUsage: false, [
            new ChatResponseUpdate(Role.Assistant, "a\ud83d"), new ChatResponseUpdate(Role.Assistant, [new TextReasoningContent("\ud83d")]), new ChatResponseUpdate(Role.Assistant, "\ude00b"),
            new ChatResponseUpdate(Role.Assistant, [new TextReasoningContent("\ude01")]),
        ]);

        var (response, _) = await ReadAsync(new MemoryStream(Bytes.Of(written)));

        Assert.Equal("a\ud83d\ude00b", response.Text);
        Assert.Equal("\ud83d\ude01", Assert.Single(response.Messages[0].Contents.OfType<TextReasoningContent>()).Text);
    }

    [Fact]
    public void Writer_UsageNotAskedFor_IsNotSent()
    {
        var written = Write(wantsUsage: false, [new ChatResponseUpdate(Role.Assistant, [new TextContent("a"), new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 4 })])]);

        Assert.DoesNotContain("usage", written, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"stop\"", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writer_WhatIsWritten_IsReadBackTheSame()
    {
        var (first, _) = await ReadAsync(new MemoryStream(Bytes.Of(Transcript)));

        var (again, _) = await ReadAsync(new MemoryStream(Bytes.Of(Write(wantsUsage: true, first.ToChatResponseUpdates()))));

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(first.FinishReason, again.FinishReason);
        Assert.Equal(first.Usage!.TotalTokenCount, again.Usage!.TotalTokenCount);
        Assert.Equal(
            first.Messages.SelectMany(message => message.Contents).Select(content => content.GetType()),
            again.Messages.SelectMany(message => message.Contents).Select(content => content.GetType()));
    }

    [Fact]
    public void OfficialClient_ReadsChunksThatAreWritten()
    {
        var events = Write(wantsUsage: true, [new ChatResponseUpdate(Role.Assistant, [new TextContent("hé"), new FunctionCallContent("c", "f")])])
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1];

        var read = events.Select(text => ModelReaderWriter.Read<StreamingChatCompletionUpdate>(BinaryData.FromString(text["data: ".Length..]))!).ToList();

        Assert.Equal("hé", string.Concat(read.SelectMany(update => update.ContentUpdate).Select(part => part.Text)));
        Assert.Equal(global::OpenAI.Chat.ChatFinishReason.ToolCalls, Assert.Single(read, update => update.FinishReason is not null).FinishReason);
        Assert.Equal("{}", Assert.Single(read.SelectMany(update => update.ToolCallUpdates)).FunctionArgumentsUpdate.ToString());
    }

    private static string Write(bool wantsUsage, IEnumerable<ChatResponseUpdate> updates) => Bytes.Text(output =>
    {
        var writer = new OpenAIChunkWriter("chatcmpl-1", "m", Then, wantsUsage);
        foreach (var update in updates)
        {
            writer.Write(output, update);
        }

        writer.Complete(output, wantsUsage ? null : new WireUsage { InputTokens = 1 });
    });

    private static async Task<(ChatResponse Response, OpenAIChunkReader Reader)> ReadAsync(Stream stream)
    {
        await using var events = new SseReader(stream);
        var reader = new OpenAIChunkReader();
        var updates = new List<ChatResponseUpdate>();
        while (await events.ReadAsync(CancellationToken.None))
        {
            reader.Read(events.Data.Span, updates);
        }

        if (reader.Complete() is { } last)
        {
            updates.Add(last);
        }

        return (updates.ToChatResponse(), reader);
    }
}
