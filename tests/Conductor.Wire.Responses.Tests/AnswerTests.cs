using System.ClientModel.Primitives;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Responses;

namespace Conductor.Wire.Responses.Tests;

#pragma warning disable OPENAI001 // the client's own types of this dialect are marked as for evaluation
public sealed class AnswerTests
{
    internal static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    internal const string Request = """
        {"model":"m","input":"hi","instructions":"Be brief.","temperature":0.5,"max_output_tokens":9,"metadata":{"a":"b"},"user":"u","previous_response_id":"resp_0",
         "reasoning":{"effort":"low","summary":"auto"},"text":{"format":{"type":"json_object"},"verbosity":"low"},"tools":[{"type":"function","name":"f","parameters":null,"strict":null}],
         "tool_choice":"required","parallel_tool_calls":false,"truncation":"auto"}
        """;

    internal static ResponsesHead Head(string request = Request) => new("resp_aa", "m-1", Then, new ResponsesEcho(JsonElement.Parse(request)));

    internal static ChatMessage Everything() => new(ChatRole.Assistant,
    [
        new TextReasoningContent("hm, ") { ProtectedData = "sig", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic" } },
        new TextReasoningContent("") { ProtectedData = "dark", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic", [ChatKeys.Redacted] = true } },
        new TextContent("Grüße "),
        new TextContent("😀"),
        new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["a"] = 1 }) { AdditionalProperties = new() { [ChatKeys.ThoughtSignature] = "ts" } },
        new FunctionCallContent("c2", "f"),
        new TextContent("after"),
    ]);

    [Fact]
    public void Write_EveryKind_IsAnItem()
    {
        var body = JsonNode.Parse(Bytes.Text(output => ResponsesAnswerWriter.Write(
            output,
            new ChatResponse(Everything()) { FinishReason = ChatFinishReason.ToolCalls },
            Head(),
            isStored: true,
            new WireUsage { InputTokens = 7, CachedInputTokens = 3, OutputTokens = 5, ReasoningTokens = 2 })))!;

        Assert.Equal(
            """
            [{"id":"rs_aa00","type":"reasoning","summary":[{"type":"summary_text","text":"hm, "}],"encrypted_content":"conductor.anthropic.sig"},
            {"id":"rs_aa01","type":"reasoning","summary":[],"encrypted_content":"conductor.anthropic.redacted.dark"},
            {"id":"msg_aa02","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Grüße \uD83D\uDE00"}]},
            {"id":"fc_aa03","type":"function_call","status":"completed","call_id":"c1","name":"f","arguments":"{\"a\":1}","extra_content":{"google":{"thought_signature":"ts"}}},
            {"id":"fc_aa04","type":"function_call","status":"completed","call_id":"c2","name":"f","arguments":"{}"},
            {"id":"msg_aa05","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"after"}]}]
            """.ReplaceLineEndings(""),
            body["output"]!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        body["output"] = null;
        Assert.Equal(
            """
            {"id":"resp_aa","object":"response","created_at":1700000000,"status":"completed","error":null,"incomplete_details":null,"model":"m-1","output":null,
            "usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":12},
            "background":false,"instructions":"Be brief.","max_output_tokens":9,"max_tool_calls":null,"metadata":{"a":"b"},"parallel_tool_calls":false,"previous_response_id":"resp_0",
            "reasoning":{"effort":"low","summary":"auto"},"store":true,"temperature":0.5,"text":{"format":{"type":"json_object"},"verbosity":"low"},"tool_choice":"required",
            "tools":[{"type":"function","name":"f","parameters":null,"strict":null}],"top_logprobs":0,"top_p":null,"truncation":"auto","user":"u"}
            """.ReplaceLineEndings(""),
            body.ToJsonString());
    }

    [Fact]
    public void Write_ForTheOfficialClient_Reads()
    {
        var body = Bytes.Text(output => ResponsesAnswerWriter.Write(output, new ChatResponse(Everything()) { FinishReason = ChatFinishReason.Length }, Head("{}"), isStored: false));

        var result = ModelReaderWriter.Read<ResponseResult>(BinaryData.FromString(body))!;

        Assert.Equal(("resp_aa", ResponseStatus.Incomplete), (result.Id, result.Status));
        Assert.Equal("Grüße 😀after", result.GetOutputText());
        Assert.Equal(["c1", "c2"], result.OutputItems.OfType<FunctionCallResponseItem>().Select(call => call.CallId));
        Assert.Equal("hm, ", result.OutputItems.OfType<ReasoningResponseItem>().First().GetSummaryText());
    }

    [Theory]
    [InlineData("length", "incomplete", """{"reason":"max_output_tokens"}""")]
    [InlineData("content_filter", "incomplete", """{"reason":"content_filter"}""")]
    [InlineData("stop", "completed", null)]
    [InlineData("tool_calls", "completed", null)]
    public void Write_HowItEnded_IsItsStatus(string finish, string status, string? details)
    {
        var body = JsonNode.Parse(Bytes.Text(output => ResponsesAnswerWriter.Write(
            output, new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")) { FinishReason = new ChatFinishReason(finish) }, Head(), true)))!;

        Assert.Equal((status, details), (body["status"]!.GetValue<string>(), body["incomplete_details"]?.ToJsonString()));
        Assert.Equal(status, body["output"]![0]!["status"]!.GetValue<string>());
    }

    [Fact]
    public void Write_Refusal_IsAPart()
    {
        var message = new ChatMessage(ChatRole.Assistant, [new ErrorContent("No.") { ErrorCode = ChatKeys.Refusal }]);

        var body = JsonNode.Parse(Bytes.Text(output => ResponsesAnswerWriter.Write(output, new ChatResponse(message), Head(), true)))!;

        Assert.Equal("""[{"type":"refusal","refusal":"No."}]""", body["output"]![0]!["content"]!.ToJsonString());
    }

    [Fact]
    public void Read_OwnAnswerAsTheNextInput_GivesSignaturesBack()
    {
        var body = JsonElement.Parse(Bytes.Text(output => ResponsesAnswerWriter.Write(output, new ChatResponse(Everything()), Head(), true)));

        var request = ResponsesRequestReader.Read(JsonElement.Parse("""{"input":"more"}"""), body.GetProperty("output").EnumerateArray());

        var contents = request.Messages[0].Contents;
        var thinking = contents.OfType<TextReasoningContent>().ToList();
        Assert.Equal(("hm, ", "sig", "anthropic"), (thinking[0].Text, thinking[0].ProtectedData, thinking[0].AdditionalProperties![ChatKeys.SignatureMaker]));
        Assert.Equal(("", "dark", true), (thinking[1].Text, thinking[1].ProtectedData, thinking[1].AdditionalProperties![ChatKeys.Redacted]));
        Assert.Equal("ts", contents.OfType<FunctionCallContent>().First().AdditionalProperties![ChatKeys.ThoughtSignature]);
    }

    [Fact]
    public void Read_EveryKind_FindsItsPlace()
    {
        var answer = ResponsesAnswerReader.Read("""
            {"id":"resp_1","object":"response","created_at":1700000000.5,"status":"completed","model":"m","error":null,"service_tier":"default","output":[
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s1"},{"type":"summary_text","text":"s2"}],"content":[{"type":"reasoning_text","text":"full"}],"encrypted_content":"enc"},
              {"type":"web_search_call","id":"ws_1","status":"completed"},
              {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi","annotations":[],"logprobs":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":[]}]},{"type":"refusal","refusal":"No."}]},
              {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1}","status":"completed"}],
             "usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":12}}
            """u8);

        Assert.Equal(("resp_1", "m", Then), (answer.ResponseId, answer.ModelId, answer.CreatedAt));
        Assert.Equal((7L, 3L, 5L, 2L), (answer.Usage!.InputTokenCount, answer.Usage.CachedInputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.ReasoningTokenCount));
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var contents = Assert.Single(answer.Messages).Contents;
        Assert.Equal(["s1", "s2", "full"], contents.OfType<TextReasoningContent>().Select(content => content.Text));
        Assert.Equal("enc", contents.OfType<TextReasoningContent>().Last().ProtectedData);
        Assert.Equal("ws_1", ((JsonElement)contents[3].AdditionalProperties![ResponsesKeys.RawItem]!).GetProperty("id").GetString());
        Assert.Equal("Hi", answer.Text);
        Assert.Equal(("No.", ChatKeys.Refusal), (contents.OfType<ErrorContent>().Single().Message, contents.OfType<ErrorContent>().Single().ErrorCode));
        Assert.Equal("c1", contents.OfType<FunctionCallContent>().Single().CallId);
        Assert.Contains("\"Hi\"", answer.Messages[0].AdditionalProperties![ChatKeys.Logprobs]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatWasRead_HasTheSameItems()
    {
        const string Output = """
            [{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"s1"},{"type":"summary_text","text":"s2"}],"content":[{"type":"reasoning_text","text":"full"}],"encrypted_content":"enc"},{"type":"web_search_call","id":"ws_1"},{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"enc2"}]
            """;
        var answer = ResponsesAnswerReader.Read(Bytes.Of($$"""{"id":"resp_1","status":"completed","output":{{Output}}}"""));

        var body = JsonNode.Parse(Bytes.Text(output => ResponsesAnswerWriter.Write(output, answer, Head(), true)))!;

        Assert.Equal(Output, body["output"]!.ToJsonString());
    }

    [Theory]
    [InlineData("nonsense", WireResponseFault.NotJson, null)]
    [InlineData("""{"output":[""", WireResponseFault.NotJson, null)]
    [InlineData("[]", WireResponseFault.WrongShape, null)]
    [InlineData("{}", WireResponseFault.Empty, null)]
    [InlineData("""{"output":[],"status":"queued"}""", WireResponseFault.WrongShape, null)]
    [InlineData("""{"output":[],"status":"failed","error":{"code":"server_error","message":"m"}}""", WireResponseFault.ErrorInside, "server_error")]
    [InlineData("""{"error":{"message":"m","type":"invalid_request_error","code":429}}""", WireResponseFault.ErrorInside, "429")]
    [InlineData("""{"output":[{"type":"function_call","call_id":"c"}]}""", WireResponseFault.WrongShape, null)]
    public void Read_WhatIsNoAnswer_Throws(string body, WireResponseFault fault, string? code)
    {
        var failure = Assert.Throws<WireResponseException>(() => ResponsesAnswerReader.Read(Bytes.Of(body)));

        Assert.Equal((fault, code), (failure.Fault, failure.Error?.Code));
    }

    [Theory]
    [InlineData("""{"input_tokens":-1,"output_tokens":5}""", 0L, 5L, true)]
    [InlineData("""{"input_tokens":1,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":9}}""", 1L, 5L, true)]
    [InlineData("""{"input_tokens":1.5,"output_tokens":5}""", 2L, 5L, true)]
    [InlineData("""{"input_tokens":1,"output_tokens":null}""", 1L, 0L, false)]
    public void Scan_Usage_IsHeldToSense(string usage, long input, long output, bool isSuspect)
    {
        var found = ResponsesScan.ScanAnswer(Bytes.Of($$"""{"output":[],"status":"completed","usage":{{usage}}}"""))!.Value;

        Assert.Equal((input, output, isSuspect), (found.InputTokens, found.OutputTokens, found.IsSuspect));
    }
}
