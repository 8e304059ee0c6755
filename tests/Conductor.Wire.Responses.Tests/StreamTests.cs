using System.Buffers;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Responses;

namespace Conductor.Wire.Responses.Tests;

#pragma warning disable OPENAI001 // the client's own types of this dialect are marked as for evaluation
public sealed class StreamTests
{
    private const string Transcript = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1700000000,"status":"in_progress","model":"m","output":[]}}

        event: response.in_progress
        data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","status":"in_progress","output":[]}}

        : ping

        event: response.output_item.added
        data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}

        data: {"type":"response.reasoning_summary_part.added","sequence_number":3,"item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}

        data: {"type":"response.reasoning_summary_text.delta","sequence_number":4,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"h"}

        data: {"type":"response.reasoning_summary_text.delta","sequence_number":5,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"m","obfuscation":"zz"}

        data: {"type":"response.reasoning_summary_text.done","sequence_number":6,"item_id":"rs_1","output_index":0,"summary_index":0,"text":"hm"}

        data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"}}

        data: {"type":"response.output_item.added","sequence_number":8,"output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[],"status":"in_progress"}}

        data: {"type":"response.output_text.delta","sequence_number":9,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"Grüße 😀","logprobs":[]}

        data: {"type":"response.refusal.delta","sequence_number":10,"item_id":"msg_1","output_index":1,"content_index":1,"delta":"No."}

        data: {"type":"response.output_item.done","sequence_number":11,"output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Grüße 😀"},{"type":"refusal","refusal":"No."}]}}

        data: {"type":"response.output_item.added","sequence_number":12,"output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":""}}

        data: {"type":"response.function_call_arguments.delta","sequence_number":13,"item_id":"fc_1","output_index":2,"delta":"{\"a\""}

        data: {"type":"response.function_call_arguments.delta","sequence_number":14,"item_id":"fc_1","output_index":2,"delta":":1}"}

        data: {"type":"response.output_item.done","sequence_number":15,"output_index":2,"item":{"id":"fc_1","type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}}

        data: {"type":"response.some_news","sequence_number":16}

        data: {"type":"response.completed","sequence_number":17,"response":{"id":"resp_1","status":"completed","model":"m","output":[],"usage":{"input_tokens":7,"output_tokens":5}}}

        data: {"type":"response.output_text.delta","sequence_number":18,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"ghost"}


        """;

    [Fact]
    public async Task Read_SplitAtEveryByte_GivesTheSameUpdates()
    {
        foreach (var transcript in (string[])[Transcript, Transcript.Replace("\n", "\r\n", StringComparison.Ordinal)])
        {
            var bytes = Bytes.Of(transcript);
            for (var split = 0; split <= bytes.Length; split++)
            {
                var (response, reader) = await ReadAsync(new PieceStream(bytes, split));

                Assert.True(reader.IsFinished && reader.IsEnd);
                Assert.Equal("Grüße 😀", response.Text);
                Assert.Equal(("resp_1", "m"), (response.ResponseId, response.ModelId));
                Assert.Equal((7L, 5L), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
                var contents = response.Messages.SelectMany(message => message.Contents).ToList();
                Assert.Equal("hm", string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text)));
                Assert.Equal("enc", contents.OfType<TextReasoningContent>().Last().ProtectedData);
                Assert.Equal("No.", Assert.Single(contents.OfType<ErrorContent>()).Message);
                Assert.Equal("f:c1:1", string.Join(',', contents.OfType<FunctionCallContent>().Select(call => $"{call.Name}:{call.CallId}:{call.Arguments!.Count}")));
                Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
            }
        }
    }

    [Fact]
    public async Task Read_ItemsWithoutDeltas_AreWhole()
    {
        var (response, _) = await ReadAsync(new MemoryStream(Bytes.Of("""
            data: {"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]}}

            data: {"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}

            data: {"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}}


            """)));

        Assert.Equal(("Hi", "hm"), (response.Text, response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text));
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
    }

    [Fact]
    public async Task Read_EventsWithoutIndexes_AreToldApartByTheirIds()
    {
        // As llama.cpp writes them; its second item comes without deltas here.
        var (response, _) = await ReadAsync(new MemoryStream(Bytes.Of("""
            data: {"type":"response.reasoning_text.delta","item_id":"rs_1","delta":"hm"}

            data: {"type":"response.output_item.done","item":{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}],"encrypted_content":""}}

            data: {"type":"response.output_item.done","item":{"type":"message","id":"msg_1","content":[{"type":"output_text","text":"Hi"}]}}

            data: {"type":"response.completed","response":{"status":"completed","output":[]}}


            """)));

        Assert.Equal("Hi", response.Text);
        Assert.Equal("hm", string.Concat(response.Messages[0].Contents.OfType<TextReasoningContent>().Select(content => content.Text)));
    }

    [Theory]
    [InlineData("""{"type":"error","code":"rate_limit_exceeded","message":"slow","param":null}""", WireResponseFault.ErrorInside, "rate_limit_exceeded")]
    [InlineData("""{"type":"error","sequence_number":2,"error":{"type":"too_many_requests","code":"too_many_requests","message":"slow"}}""", WireResponseFault.ErrorInside, "too_many_requests")]
    [InlineData("""{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}}""", WireResponseFault.ErrorInside, "server_error")]
    [InlineData("""{"error":{"message":"m","code":500}}""", WireResponseFault.ErrorInside, "500")]
    [InlineData("""{"type":"response.output_item.done"}""", WireResponseFault.WrongShape, null)]
    [InlineData("""{"hello":1}""", WireResponseFault.WrongShape, null)]
    [InlineData("""{"type":"response.comp""", WireResponseFault.NotJson, null)]
    public void Read_Failure_Throws(string data, WireResponseFault fault, string? code)
    {
        var failure = Assert.Throws<WireResponseException>(() => new ResponsesEventReader().Read(Bytes.Of(data), []));

        Assert.Equal((fault, code), (failure.Fault, failure.Error?.Code));
        var seen = ResponsesScan.ScanEvent(Bytes.Of(data));
        Assert.Equal(code, seen.Error?.Code);
        Assert.False(seen.IsFinished);
    }

    [Fact]
    public void Write_EveryKind_FollowsTheOrderOfTheDialect()
    {
        var events = Events(Write(AnswerTests.Everything().Contents, ChatFinishReason.ToolCalls));

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item["sequence_number"]!.GetValue<int>()));
        Assert.Equal(
            """
            created in_progress
            output_item.added:0 reasoning_summary_part.added:0 reasoning_summary_text.delta:0 reasoning_summary_text.done:0 reasoning_summary_part.done:0 output_item.done:0
            output_item.added:1 output_item.done:1
            output_item.added:2 content_part.added:2 output_text.delta:2 output_text.delta:2 output_text.done:2 content_part.done:2 output_item.done:2
            output_item.added:3 function_call_arguments.delta:3 function_call_arguments.done:3 output_item.done:3
            output_item.added:4 function_call_arguments.delta:4 function_call_arguments.done:4 output_item.done:4
            output_item.added:5 content_part.added:5 output_text.delta:5 output_text.done:5 content_part.done:5 output_item.done:5
            completed
            """.ReplaceLineEndings(" "),
            string.Join(' ', events.Select(item => item["type"]!.GetValue<string>()["response.".Length..] + (item["output_index"] is { } index ? $":{index}" : ""))));
    }

    [Fact]
    public void Write_LastEvent_IsTheWholeAnswer()
    {
        var response = new ChatResponse(AnswerTests.Everything()) { FinishReason = ChatFinishReason.ToolCalls, Usage = new UsageDetails { InputTokenCount = 1, OutputTokenCount = 2 } };
        var whole = Bytes.Text(output => ResponsesAnswerWriter.Write(output, response, AnswerTests.Head(), isStored: true));

        var events = Events(Write(AnswerTests.Everything().Contents, ChatFinishReason.ToolCalls));

        Assert.Equal(JsonNode.Parse(whole)!.ToJsonString(), events[^1]["response"]!.ToJsonString());
    }

    [Fact]
    public async Task Write_ThenRead_GivesTheSame()
    {
        var (response, reader) = await ReadAsync(new MemoryStream(Bytes.Of(Write(AnswerTests.Everything().Contents, ChatFinishReason.ToolCalls))));

        Assert.True(reader.IsFinished);
        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        Assert.Equal("Grüße 😀after", response.Text);
        Assert.Equal(["sig", "dark"], contents.OfType<TextReasoningContent>().Select(content => content.ProtectedData).OfType<string>());
        Assert.Equal(["c1", "c2"], contents.OfType<FunctionCallContent>().Select(call => call.CallId));
        Assert.Equal("ts", contents.OfType<FunctionCallContent>().First().AdditionalProperties![ChatKeys.ThoughtSignature]);
    }

    [Fact]
    public void Write_ForTheOfficialClient_EveryEventReads()
    {
        var kinds = Events(Write([new TextReasoningContent("hm"), .. AnswerTests.Everything().Contents, new ErrorContent("No.") { ErrorCode = ChatKeys.Refusal }], ChatFinishReason.Length))
            .Select(item => ModelReaderWriter.Read<StreamingResponseUpdate>(BinaryData.FromString(item.ToJsonString()))!).ToList();

        Assert.DoesNotContain(kinds, kind => kind.GetType().Name.Contains("Unknown", StringComparison.Ordinal) || kind.GetType().Name.StartsWith("Internal", StringComparison.Ordinal));
        Assert.Equal("Grüße 😀after", string.Concat(kinds.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(update => update.Delta)));
        Assert.Equal(ResponseStatus.Incomplete, Assert.Single(kinds.OfType<StreamingResponseIncompleteUpdate>()).Response.Status);
    }

    [Fact]
    public void Write_HalvesOfASurrogatePair_ArePutTogether()
    {
        var events = Events(Write([new TextContent("a\ud83d"), new TextContent("\ude00b\ud83d")], ChatFinishReason.Stop));

        Assert.Equal(["a", "😀b", "\ufffd"], events.Where(item => item["type"]!.GetValue<string>().EndsWith("text.delta", StringComparison.Ordinal)).Select(item => item["delta"]!.GetValue<string>()));
        Assert.Equal("a😀b\ufffd", events[^1]["response"]!["output"]![0]!["content"]![0]!["text"]!.GetValue<string>());
    }

    [Fact]
    public void Write_Nothing_IsAMessageWithoutText()
    {
        var events = Events(Write([], ChatFinishReason.Stop));

        Assert.Equal("message", events[^1]["response"]!["output"]![0]!["type"]!.GetValue<string>());
    }

    [Fact]
    public void Write_Logprobs_StandBesideTheirText()
    {
        var writer = new ResponsesEventWriter(AnswerTests.Head(), isStored: true);
        var update = new ChatResponseUpdate(ChatRole.Assistant, "Hi")
        {
            AdditionalProperties = new() { [ChatKeys.Logprobs] = JsonElement.Parse("""{"content":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[]}]}""") },
        };

        var events = Events(Bytes.Text(output =>
        {
            writer.Write(output, update);
            writer.End(output);
            writer.Complete(output, writer.Response(isStored: true));
        }));

        Assert.Equal(3, events.Count(item => item["logprobs"]?[0]?["token"]?.GetValue<string>() == "Hi" || item["part"]?["logprobs"]?.AsArray().Count > 0));
        Assert.Equal(-0.5, events[^1]["response"]!["output"]![0]!["content"]![0]!["logprobs"]![0]!["logprob"]!.GetValue<double>());
    }

    [Fact]
    public void Fail_AfterContent_IsFlatAndNestedThenFailed()
    {
        var writer = new ResponsesEventWriter(AnswerTests.Head(), isStored: true);

        var events = Events(Bytes.Text(output =>
        {
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "He"));
            writer.Fail(output, new WireError("It broke.", "upstream_error", null, "upstream_failed"));
        }));

        var error = events[^2];
        Assert.Equal(("error", "upstream_failed", "It broke.", true), (error["type"]!.GetValue<string>(), error["code"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error.AsObject().ContainsKey("param")));
        Assert.Equal("""{"type":"upstream_error","code":"upstream_failed","message":"It broke.","param":null}""", error["error"]!.ToJsonString());
        Assert.Equal(("response.failed", "failed", "upstream_failed"), (events[^1]["type"]!.GetValue<string>(), events[^1]["response"]!["status"]!.GetValue<string>(), events[^1]["response"]!["error"]!["code"]!.GetValue<string>()));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item["sequence_number"]!.GetValue<int>()));
        var read = Assert.IsType<StreamingResponseErrorUpdate>(ModelReaderWriter.Read<StreamingResponseUpdate>(BinaryData.FromString(error.ToJsonString())));
        Assert.Equal(("upstream_failed", "It broke."), (read.Code, read.Message));
    }

    [Fact]
    public void Scan_EveryEvent_KnowsContentAndEnd()
    {
        var seen = Transcript.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => ResponsesScan.ScanEvent(Bytes.Of(line[6..]))).ToList();

        Assert.Equal("...." + "cc" + "." + "c" + "." + "ccc" + "." + "ccc" + "." + "E" + "c", string.Concat(seen.Select(one => one.IsFinished ? 'E' : one.HasContent ? 'c' : '.')));
        Assert.Equal(7, seen.Single(one => one.Usage is not null).Usage!.Value.InputTokens);
        Assert.DoesNotContain(seen, one => one.IsInvalid || one.Error is not null);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"type":"response.output_text.delta","delta":"x""")]
    [InlineData("""{"no":"type"}""")]
    public void Scan_WhatIsNoEvent_IsInvalid(string data) => Assert.True(ResponsesScan.ScanEvent(Bytes.Of(data)).IsInvalid);

    private static string Write(IEnumerable<AIContent> contents, ChatFinishReason finish) => Bytes.Text(output =>
    {
        var writer = new ResponsesEventWriter(AnswerTests.Head(), isStored: true);
        foreach (var content in contents)
        {
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [content]));
        }

        writer.Write(output, new ChatResponseUpdate { FinishReason = finish });
        writer.End(output, new WireUsage { InputTokens = 1, OutputTokens = 2 });
        writer.Complete(output, writer.Response(isStored: true));
    });

    /// <summary>The events' data; each stands under its own name.</summary>
    private static List<JsonNode> Events(string text)
    {
        var events = new List<JsonNode>();
        foreach (var part in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n');
            Assert.Equal(2, lines.Length);
            var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
            Assert.Equal("event: " + data["type"]!.GetValue<string>(), lines[0]);
            events.Add(data);
        }

        return events;
    }

    private static async Task<(ChatResponse Response, ResponsesEventReader Reader)> ReadAsync(Stream stream)
    {
        await using var events = new SseReader(stream);
        var reader = new ResponsesEventReader();
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
