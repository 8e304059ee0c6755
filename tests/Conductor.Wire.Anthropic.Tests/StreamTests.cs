using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class StreamTests
{
    private const string Transcript = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_read_input_tokens":11,"cache_creation_input_tokens":7,"output_tokens":1}}}

        event: ping
        data: {"type": "ping"}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"eHh4"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Grüße "}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"😀"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\":1}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: content_block_start
        data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"t2","name":"g","input":{}}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":4}

        event: content_block_start
        data: {"type":"content_block_start","index":5,"content_block":{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":5,"delta":{"type":"input_json_delta","partial_json":"{\"query\":\"x\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":5}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":13,"output_tokens_details":{"thinking_tokens":2}}}

        event: message_stop
        data: {"type":"message_stop"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"ghost"}}


        """;

    [Fact]
    public async Task Stream_SplitAtEveryByte_GivesTheSameUpdates()
    {
        foreach (var transcript in (string[])[Transcript, Transcript.Replace("\n", "\r\n", StringComparison.Ordinal)])
        {
            var bytes = Bytes.Of(transcript);
            for (var split = 0; split <= bytes.Length; split++)
            {
                Check(await ReadAsync(PieceStream.SplitAt(bytes, split)));
            }
        }
    }

    [Fact]
    public async Task Stream_ByteByByte_GivesTheSameUpdates() => Check(await ReadAsync(PieceStream.InPiecesOf(Bytes.Of(Transcript), 1)));

    [Fact]
    public async Task Writer_WhatWasRead_IsReadTheSame()
    {
        var updates = await UpdatesAsync(new MemoryStream(Bytes.Of(Transcript)));

        var written = Write(updates);

        Check(await ReadAsync(new MemoryStream(Bytes.Of(written))));
        var again = Write(await UpdatesAsync(new MemoryStream(Bytes.Of(written))));
        Assert.Equal(written, again);
        Assert.Equal([0, 1, 2, 3, 4, 5], Events(written).Where(item => item.Name == "content_block_start").Select(item => (int)item.Data["index"]!));
        Assert.Equal("message_start", Events(written)[0].Name);
        Assert.Equal(["message_delta", "message_stop"], Events(written).TakeLast(2).Select(item => item.Name));
        Assert.All(Events(written), item => Assert.Equal(item.Name, (string)item.Data["type"]!));
    }

    [Fact]
    public void Writer_UpdatesOfAnotherDialect_OpenAndCloseBlocks()
    {
        var text = Write(
        [
            new(ChatRole.Assistant, [new TextReasoningContent("hm")]),
            new(ChatRole.Assistant, "a\ud83d"),
            new(ChatRole.Assistant, ""),
            new(ChatRole.Assistant, "\ude00b"),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["x"] = "y" })]),
            new(ChatRole.Assistant, "after"),
            new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 20, CachedInputTokenCount = 5, OutputTokenCount = 3 })]) { FinishReason = ChatFinishReason.Stop },
        ]);

        var events = Events(text);
        Assert.Equal(["thinking", "text", "tool_use", "text"], events.Where(item => item.Name == "content_block_start").Select(item => (string)item.Data["content_block"]!["type"]!));
        Assert.Equal("a😀b", string.Concat(events.Where(item => (int?)item.Data["index"] == 1 && item.Data["delta"]?["text"] is not null).Select(item => (string)item.Data["delta"]!["text"]!)));
        Assert.Equal("""{"x":"y"}""", (string)events.Single(item => item.Data["delta"]?["partial_json"] is not null).Data["delta"]!["partial_json"]!);
        var end = events[^2].Data;
        Assert.Equal("tool_use", (string)end["delta"]!["stop_reason"]!);
        Assert.Equal((15, 5, 3), ((int)end["usage"]!["input_tokens"]!, (int)end["usage"]!["cache_read_input_tokens"]!, (int)end["usage"]!["output_tokens"]!));
        Assert.Equal(4, events.Count(item => item.Name == "content_block_stop"));
    }

    [Fact]
    public void Writer_NothingAtAll_IsStillAMessage()
    {
        var events = Events(Write([]));

        Assert.Equal(["message_start", "message_delta", "message_stop"], events.Select(item => item.Name));
        Assert.Equal("end_turn", (string)events[1].Data["delta"]!["stop_reason"]!);
    }

    [Fact]
    public void Writer_HalfOfAPairAtTheEnd_IsNotLostInSilence()
    {
        var events = Events(Write([new(ChatRole.Assistant, "a\ud83d")]));

        Assert.Equal("a\ufffd", string.Concat(events.Where(item => item.Data["delta"]?["text"] is not null).Select(item => (string)item.Data["delta"]!["text"]!)));
    }

    [Fact]
    public async Task Stream_StopSequence_IsToldBothWays()
    {
        const string transcript = """
            data: {"type":"message_start","message":{"id":"m1","model":"m"}}

            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"x"}}

            data: {"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"},"usage":{"output_tokens":1}}

            data: {"type":"message_stop"}

            """;

        var updates = await UpdatesAsync(new MemoryStream(Bytes.Of(transcript)));

        Assert.Equal("END", updates.Single(update => update.FinishReason is not null).AdditionalProperties![ChatKeys.StopSequence]);
        Assert.Equal("""{"stop_reason":"stop_sequence","stop_sequence":"END"}""", Events(Write(updates))[^2].Data["delta"]!.ToJsonString());
    }

    [Fact]
    public async Task Stream_EndsInsideACall_LeavesItsText()
    {
        const string transcript = """
            data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

            data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a"}}

            data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":1}}

            """;

        var (response, reader) = await ReadAsync(new MemoryStream(Bytes.Of(transcript)));

        var call = Assert.Single(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal("{\"a", call.AdditionalProperties![ChatKeys.RawArguments]);
        Assert.Equal((true, false, ChatFinishReason.Length), (reader.IsFinished, reader.IsEnd, response.FinishReason!.Value));
    }

    [Theory]
    [InlineData("{oops", WireResponseFault.NotJson)]
    [InlineData("7", WireResponseFault.WrongShape)]
    [InlineData("{}", WireResponseFault.WrongShape)]
    [InlineData("""{"type":"message_start"}""", WireResponseFault.WrongShape)]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", WireResponseFault.ErrorInside)]
    public void Reader_NoEvent_SaysWhatIsWrong(string data, WireResponseFault fault) =>
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => new AnthropicEventReader().Read(Bytes.Of(data), [])).Fault);

    [Fact]
    public void Reader_UnknownEvents_AreLeftOut()
    {
        var updates = new List<ChatResponseUpdate>();

        new AnthropicEventReader().Read("""{"type":"something_new","x":1}"""u8, updates);

        Assert.Empty(updates);
    }

    [Theory]
    [InlineData("""{"type":"ping"}""", "")]
    [InlineData("", "")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""", "")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"x"}}""", "content")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""", "")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}""", "content")]
    [InlineData("""{"type":"content_block_start","index":0,"content_block":{"type":"redacted_thinking","data":"x"}}""", "content")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}""", "content")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}}""", "")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"x"}}""", "content")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}""", "content")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}""", "content")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}}}""", "content")]
    [InlineData("""{"type":"content_block_stop","index":0}""", "")]
    [InlineData("""{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""", "finished")]
    [InlineData("""{"type":"message_delta","delta":{"stop_reason":null}}""", "")]
    [InlineData("""{"type":"message_stop"}""", "end")]
    [InlineData("""{"type":"error","error":{"type":"api_error","message":"m"}}""", "error")]
    [InlineData("""{"error":{"message":"m"}}""", "error")]
    [InlineData("{}", "invalid")]
    [InlineData("[]", "invalid")]
    [InlineData("{oops", "invalid")]
    [InlineData("{} {}", "invalid")]
    public void Scan_Event_TellsWhatItHolds(string data, string expected)
    {
        var seen = new AnthropicEventScan().Scan(Bytes.Of(data));

        var parts = new[] { (seen.HasContent, "content"), (seen.IsFinished, "finished"), (seen.IsEnd, "end"), (seen.IsError, "error"), (seen.IsInvalid, "invalid") };
        Assert.Equal(expected, string.Join(',', parts.Where(part => part.Item1).Select(part => part.Item2)));
    }

    [Fact]
    public void Scan_UsageInPieces_IsPutTogether()
    {
        var scan = new AnthropicEventScan();
        WireUsage? usage = null;
        foreach (var line in Transcript.Split('\n').Where(line => line.StartsWith("data:", StringComparison.Ordinal)))
        {
            usage = scan.Scan(Bytes.Of(line[5..])).Usage;
        }

        Assert.Equal(new WireUsage { InputTokens = 23, CachedInputTokens = 11, CacheWriteTokens = 7, OutputTokens = 13, ReasoningTokens = 2 }, usage);
    }

    [Fact]
    public void Scan_NotUtf8_IsInvalid()
    {
        Assert.True(new AnthropicEventScan().Scan([(byte)'{', 0xff, (byte)'}']).IsInvalid);
    }

    private static void Check((ChatResponse Response, AnthropicEventReader Reader) read)
    {
        var (response, reader) = read;
        Assert.Equal("Grüße 😀", response.Text);
        Assert.True(reader.IsFinished && reader.IsEnd);
        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        var thinking = contents.OfType<TextReasoningContent>().ToList();
        Assert.Equal(["hm:c2ln:", ":eHh4:True"], thinking.Select(item => $"{item.Text}:{item.ProtectedData}:{item.AdditionalProperties!.GetValueOrDefault(ChatKeys.Redacted)}"));
        Assert.All(thinking, item => Assert.Equal("anthropic", item.AdditionalProperties![ChatKeys.SignatureMaker]));
        Assert.Equal(["f:t1:1", "g:t2:0"], contents.OfType<FunctionCallContent>().Select(call => $"{call.Name}:{call.CallId}:{call.Arguments!.Count}"));
        Assert.Equal("x", JsonNode.Parse(contents.Single(item => item.GetType() == typeof(AIContent)).AdditionalProperties!["anthropic:block"]!.ToString()!)!["input"]!["query"]!.GetValue<string>());
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        var usage = response.Usage!;
        Assert.Equal((23L, 11L, 13L, 2L), (usage.InputTokenCount, usage.CachedInputTokenCount, usage.OutputTokenCount, usage.ReasoningTokenCount));
        Assert.Equal("msg_1", response.ResponseId);
    }

    private static string Write(IEnumerable<ChatResponseUpdate> updates)
    {
        var writer = new AnthropicEventWriter("msg_1", "m");
        return Bytes.Text(output =>
        {
            foreach (var update in updates)
            {
                writer.Write(output, update);
            }

            writer.Complete(output);
        });
    }

    private static List<(string Name, JsonNode Data)> Events(string text) => [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item =>
    {
        var lines = item.Split('\n');
        return (lines[0]["event: ".Length..], JsonNode.Parse(lines[1]["data: ".Length..])!);
    })];

    private static async Task<(ChatResponse Response, AnthropicEventReader Reader)> ReadAsync(Stream stream)
    {
        var reader = new AnthropicEventReader();
        return ((await UpdatesAsync(stream, reader)).ToChatResponse(), reader);
    }

    private static async Task<List<ChatResponseUpdate>> UpdatesAsync(Stream stream, AnthropicEventReader? reader = null)
    {
        reader ??= new AnthropicEventReader();
        await using var events = new SseReader(stream);
        var updates = new List<ChatResponseUpdate>();
        while (!reader.IsEnd && await events.ReadAsync(CancellationToken.None))
        {
            reader.Read(events.Data.Span, updates);
        }

        if (reader.Complete() is { } last)
        {
            updates.Add(last);
        }

        Assert.Null(reader.Complete());
        return updates;
    }
}
