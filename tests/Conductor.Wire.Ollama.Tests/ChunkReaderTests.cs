using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama.Tests;

public sealed class ChunkReaderTests
{
    private const string Last = """{"model":"m","created_at":"2026-11-20T10:00:00.5Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":9,"eval_count":2}""";

    [Fact]
    public void Lines_TextThenUsageAndReason()
    {
        var reader = new OllamaChunkReader();

        var text = reader.Read("""{"model":"m","message":{"role":"assistant","content":"hé"},"done":false}"""u8)!;
        var empty = reader.Read("""{"model":"m","message":{"role":"assistant","content":""},"done":false}"""u8);
        var last = reader.Read(Encoding.UTF8.GetBytes(Last))!;

        Assert.Equal("hé", text.Text);
        Assert.Null(text.FinishReason);
        Assert.Null(empty);
        Assert.Equal(ChatFinishReason.Stop, last.FinishReason);
        var usage = Assert.Single(last.Contents.OfType<UsageContent>()).Details;
        Assert.Equal((9, 2, 11), (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount));
        Assert.True(reader.IsDone);
        Assert.Null(reader.Read(Encoding.UTF8.GetBytes(Last)));
    }

    [Theory]
    [InlineData("""{"message":{"content":"x"},"done":true,"eval_count":5}""")]
    [InlineData("""{"message":{"content":"x"},"done":true,"prompt_eval_count":0,"eval_count":5}""")]
    [InlineData("""{"message":{"content":"x"},"done":true,"prompt_eval_count":-1,"eval_count":5}""")]
    public void PromptThatWasNotCounted_IsUnknown_NeverZero(string body) => Assert.Null(OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes(body)).Usage);

    [Theory]
    [InlineData("{")]
    [InlineData("""{"done":true} x""")]
    [InlineData("")]
    public void WhatIsNoJson_IsToldAsThat(string body) =>
        Assert.Equal(WireResponseFault.NotJson, Assert.Throws<WireResponseException>(() => OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes(body))).Fault);

    [Fact]
    public void ReasonOfWhiteSpace_IsNone() =>
        Assert.Equal(ChatFinishReason.Stop, OllamaChunkReader.ReadWhole("""{"message":{"content":"x"},"done":true,"done_reason":"\n"}"""u8).FinishReason);

    [Fact]
    public void LogprobBeyondAllNumbers_IsNoFailure()
    {
        var answer = OllamaChunkReader.ReadWhole("""{"message":{"content":"x"},"done":true,"logprobs":[{"token":"x","logprob":-1e999}]}"""u8);

        Assert.Equal(0, ((JsonElement)answer.Messages[0].AdditionalProperties!["logprobs"]!).GetProperty("content")[0].GetProperty("logprob").GetDouble());
    }

    [Fact]
    public void HalfOfASurrogatePair_InArguments_CanBeSaidAgain()
    {
        var answer = OllamaChunkReader.ReadWhole("""{"message":{"content":"a\ude00","tool_calls":[{"function":{"name":"f","arguments":{"a":"\ud83dx","\ud83d":1}}}]},"done":true}"""u8);

        Assert.Equal("a\ufffd", answer.Text);
        var arguments = Assert.Single(answer.Messages[0].Contents.OfType<FunctionCallContent>()).Arguments!;
        Assert.Equal(["a=\ufffdx", "\ufffd=1"], arguments.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void NoOutputCounted_IsZero() =>
        Assert.Equal(0, OllamaChunkReader.ReadWhole("""{"message":{"content":""},"done":true,"prompt_eval_count":3}"""u8).Usage!.OutputTokenCount);

    [Theory]
    [InlineData("\"done_reason\":\"length\",", "length")]
    [InlineData("\"done_reason\":\"stop\",", "stop")]
    [InlineData("", "stop")]
    public void DoneReason_IsTheFinishReason(string reason, string finish) =>
        Assert.Equal(finish, OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes($$"""{"message":{"content":"x"},{{reason}}"done":true}""")).FinishReason!.Value.Value);

    [Fact]
    public void LoadInsteadOfAnAnswer_IsNoAnswer() =>
        Assert.Throws<WireResponseException>(() => OllamaChunkReader.ReadWhole("""{"message":{"content":""},"done_reason":"load","done":true}"""u8));

    [Fact]
    public void ToolCalls_ComeBeforeDone_AndDecideTheReason()
    {
        var reader = new OllamaChunkReader();

        var calls = reader.Read(
            """{"created_at":"t","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":[1,{"b":"é"}]}}},{"id":"given","function":{"name":"g","arguments":{}}}]},"done":false}"""u8)!
            .Contents.OfType<FunctionCallContent>().ToList();
        var last = reader.Read(Encoding.UTF8.GetBytes(Last))!;

        Assert.Equal(["f", "g"], calls.Select(call => call.Name));
        Assert.Equal("""[1,{"b":"é"}]""", ((JsonElement)calls[0].Arguments!["a"]!).GetRawText());
        Assert.StartsWith("call_", calls[0].CallId, StringComparison.Ordinal);
        Assert.Equal("given", calls[1].CallId);
        Assert.Equal(ChatFinishReason.ToolCalls, last.FinishReason);
    }

    [Fact]
    public void MadeIds_AreTheSameForTheSameBytes_AndDifferOtherwise()
    {
        static string[] Ids(string at) =>
        [
            .. OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes(
                    $$$$"""{"created_at":"{{{{at}}}}","message":{"tool_calls":[{"function":{"name":"f","arguments":{}}},{"function":{"name":"f","arguments":{}}}]},"done":true}"""))
                .Messages[0].Contents.OfType<FunctionCallContent>().Select(call => call.CallId),
        ];

        Assert.Equal(Ids("2026-11-20T10:00:00Z"), Ids("2026-11-20T10:00:00Z"));
        Assert.Equal(4, Ids("2026-11-20T10:00:00Z").Concat(Ids("2026-11-20T10:00:01Z")).Distinct().Count());
    }

    [Fact]
    public void Thinking_IsReasoning()
    {
        var message = OllamaChunkReader.ReadWhole("""{"message":{"content":"4","thinking":"2+2"},"done":true}"""u8).Messages[0];

        Assert.Equal("2+2", Assert.Single(message.Contents.OfType<TextReasoningContent>()).Text);
        Assert.Equal("4", message.Text);
    }

    [Fact]
    public void Logprobs_AreInOpenAIsForm()
    {
        var message = OllamaChunkReader.ReadWhole(
            """{"message":{"content":"a"},"logprobs":[{"token":"a","logprob":-0.5,"top_logprobs":[{"token":"b","logprob":-1,"bytes":[98]}]}],"done":true}"""u8).Messages[0];

        Assert.Equal(
            """{"content":[{"token":"a","logprob":-0.5,"bytes":null,"top_logprobs":[{"token":"b","logprob":-1,"bytes":[98]}]}],"refusal":null}""",
            ((JsonElement)message.AdditionalProperties!["logprobs"]!).GetRawText());
    }

    [Theory]
    [InlineData("""{"error":"boom"}""", "boom")]
    [InlineData("""{"error":"boom","done":true,"message":{"content":"x"}}""", "boom")]
    [InlineData("""{"message":{"content":"x"},"done":false}""", null)]
    [InlineData("""{"done":false}""", null)]
    [InlineData("""{"message":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"done":true}""", null)]
    [InlineData("""{"message":{"tool_calls":[{"function":{}}]},"done":true}""", null)]
    [InlineData("""{"message":{"content":[{"type":"text","text":"lost"}]},"done":true}""", null)]
    [InlineData("""{"message":{"thinking":{}},"done":true}""", null)]
    [InlineData("""{"message":{"tool_calls":{"function":{"name":"f"}}},"done":true}""", null)]
    [InlineData("""{"message":"lost","done":true}""", null)]
    [InlineData("[1]", null)]
    [InlineData("{\"message\":", null)]
    [InlineData("", null)]
    [InlineData("<html>", null)]
    public void WhatIsNoAnswer_Throws(string body, string? error) =>
        Assert.Equal(error, Assert.Throws<WireResponseException>(() => OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes(body))).Error?.Message);

    [Fact]
    public void MarkOfByteOrder_IsNoPartOfTheAnswer() =>
        Assert.Equal("x", OllamaChunkReader.ReadWhole(Encoding.UTF8.GetBytes("\ufeff{\"message\":{\"content\":\"x\",\"thinking\":null,\"tool_calls\":null},\"done\":true}")).Text);

    [Fact]
    public void BytesThatAreNoText_Throw() => Assert.Throws<WireResponseException>(() => OllamaChunkReader.ReadWhole([(byte)'"', 0xff, (byte)'"']));
}
