using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class ResponseTests
{
    private const string Usage =
        """{"input_tokens":5,"cache_creation_input_tokens":7,"cache_read_input_tokens":11,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3},"output_tokens":13,"output_tokens_details":{"thinking_tokens":2}}""";

    public static TheoryData<string> RoundTrips() =>
    [
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Grüße 😀"}],"stop_reason":"end_turn","stop_sequence":null,"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn","stop_sequence":null,"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"eHh4"},{"type":"tool_use","id":"t","name":"f","input":{"a":{"b":[1.5]}}},{"type":"tool_use","id":"u","name":"g","input":{},"caller":{"type":"direct"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"","signature":"c2ln"},{"type":"text","text":"x","citations":[{"type":"page_location"}]}],"stop_reason":"stop_sequence","stop_sequence":"END","usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x"}}],"stop_reason":"pause_turn","stop_sequence":null,"container":{"id":"c"},"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"max_tokens","stop_sequence":null,"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"model_context_window_exceeded","stop_sequence":null,"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"refusal","stop_sequence":null,"stop_details":{"type":"refusal","category":"bio"},"usage":USAGE}""",
        """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"something_new","stop_sequence":null,"usage":USAGE}""",
    ];

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public void Write_WhatWasRead_IsTheSame(string template)
    {
        var body = template.Replace("USAGE", Usage, StringComparison.Ordinal);

        var response = AnthropicResponseReader.Read(Bytes.Of(body));
        var written = JsonNode.Parse(Bytes.Text(output => AnthropicResponseWriter.Write(output, response, "msg_1", "m")));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), written), written!.ToJsonString());
    }

    [Fact]
    public void Usage_SaidTwice_IsTheLastOneForTheScanToo()
    {
        var body = Bytes.Of("""{"content":[],"usage":{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3},"usage":{"input_tokens":5,"output_tokens":6}}""");

        Assert.Equal(AnthropicScan.ScanMessage(body), WireUsage.FromDetails(AnthropicResponseReader.Read(body).Usage));
    }

    [Fact]
    public void Read_HalfOfASurrogatePair_IsNoFailure()
    {
        var response = AnthropicResponseReader.Read(Bytes.Of("""{"content":[{"type":"text","text":"a\ud83d"},{"type":"tool_use","id":"t","name":"f","input":{"a":"\ude00"}}],"stop_reason":"tool_use","other":"\ud83d"}"""));

        Assert.Equal("a\ufffd", response.Text);
        Assert.Contains("\ufffd", Bytes.Text(output => AnthropicResponseWriter.Write(output, response, "msg_1", "m")), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Usage_CountsTheCacheIntoTheInput()
    {
        var details = AnthropicResponseReader.Read(Bytes.Of($$"""{"content":[],"usage":{{Usage}}}""")).Usage!;

        Assert.Equal((23, 11, 13, 2), (details.InputTokenCount, details.CachedInputTokenCount, details.OutputTokenCount, details.ReasoningTokenCount));
        Assert.Equal((7, 3), (details.AdditionalCounts![WireUsage.CacheWriteKey], details.AdditionalCounts[WireUsage.CacheWriteHourKey]));
    }

    [Theory]
    [InlineData("""{"input_tokens":-1,"output_tokens":2}""", 0, 2, true)]
    [InlineData("""{"input_tokens":1.5,"output_tokens":1e30}""", 2, WireUsage.Limit, true)]
    [InlineData("""{"input_tokens":1000000000000,"cache_read_input_tokens":1000000000000,"output_tokens":1}""", WireUsage.Limit, 1, true)]
    [InlineData("""{"input_tokens":3,"output_tokens":1,"output_tokens_details":{"thinking_tokens":9}}""", 3, 1, true)]
    [InlineData("""{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":null,"cache_creation":null}""", 3, 1, false)]
    public void ScanMessage_AbsurdFigures_AreHeldAndMarked(string usage, long input, long output, bool isSuspect)
    {
        var scanned = AnthropicScan.ScanMessage(Bytes.Of($$"""{"content":[],"usage":{{usage}}}"""));

        Assert.Equal((input, output, isSuspect), (scanned!.Value.InputTokens, scanned.Value.OutputTokens, scanned.Value.IsSuspect));
    }

    [Fact]
    public void ScanMessage_SaysWhatTheReaderSays()
    {
        foreach (var template in ((IEnumerable<object[]>)RoundTrips()).Select(row => (string)row[0]))
        {
            var body = Bytes.Of(template.Replace("USAGE", Usage, StringComparison.Ordinal));

            Assert.Equal(WireUsage.FromDetails(AnthropicResponseReader.Read(body).Usage), AnthropicScan.ScanMessage(body));
        }
    }

    [Theory]
    [InlineData("", WireResponseFault.NotJson)]
    [InlineData("""{"content":[""", WireResponseFault.NotJson)]
    [InlineData("""{"content":[]} x""", WireResponseFault.NotJson)]
    [InlineData("[]", WireResponseFault.WrongShape)]
    [InlineData("{}", WireResponseFault.Empty)]
    [InlineData("""{"content":"hi"}""", WireResponseFault.Empty)]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"m"}}""", WireResponseFault.ErrorInside)]
    public void ReadAndScan_NoAnswer_SayWhatIsWrong(string body, WireResponseFault fault)
    {
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => AnthropicResponseReader.Read(Bytes.Of(body))).Fault);
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => AnthropicScan.ScanMessage(Bytes.Of(body))).Fault);
    }

    [Fact]
    public void Read_CallWithoutName_IsAFault() =>
        Assert.Equal(WireResponseFault.WrongShape, Assert.Throws<WireResponseException>(() => AnthropicResponseReader.Read(Bytes.Of("""{"content":[{"type":"tool_use","id":"a"}]}"""))).Fault);

    [Fact]
    public void Write_AnswerOfAnotherDialect_KeepsItsSignatures()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant,
        [
            new TextReasoningContent("hm") { ProtectedData = "S1==", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "openai" } },
            new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["a"] = 1 }) { AdditionalProperties = new() { [ChatKeys.ThoughtSignature] = "G1==" } },
        ]))
        { FinishReason = ChatFinishReason.ToolCalls };

        var content = JsonNode.Parse(Bytes.Text(output => AnthropicResponseWriter.Write(output, response, "msg_1", "m")))!["content"]!.ToJsonString();
        var back = AnthropicRequestReader.Read(Bytes.Of($$"""{"max_tokens":1,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":{{content}}}]}""")).Messages[1].Contents;

        var thinking = Assert.IsType<TextReasoningContent>(back[0]);
        Assert.Equal(("hm", "S1==", "openai"), (thinking.Text, thinking.ProtectedData, thinking.AdditionalProperties![ChatKeys.SignatureMaker]));
        Assert.Equal("G1==", Assert.IsType<FunctionCallContent>(back[1]).AdditionalProperties![ChatKeys.ThoughtSignature]);
        Assert.Equal(2, back.Count);
    }

    [Theory]
    [InlineData("stop", false, "end_turn")]
    [InlineData("stop", true, "tool_use")]
    [InlineData("length", false, "max_tokens")]
    [InlineData("tool_calls", true, "tool_use")]
    [InlineData("content_filter", false, "refusal")]
    [InlineData(null, false, "end_turn")]
    public void Write_FinishReason_IsTheDialectsOwn(string? finish, bool hasCall, string reason)
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, hasCall ? [new FunctionCallContent("a", "f")] : [new TextContent("x")])) { FinishReason = finish is null ? null : new ChatFinishReason(finish) };

        Assert.Equal(reason, (string)JsonNode.Parse(Bytes.Text(output => AnthropicResponseWriter.Write(output, response, "msg_1", "m")))!["stop_reason"]!);
    }
}
