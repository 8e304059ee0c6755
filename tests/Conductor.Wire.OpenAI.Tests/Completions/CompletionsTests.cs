using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class CompletionsTests
{
    private static readonly CompletionHead Head = new("cmpl-1", "m", DateTimeOffset.UnixEpoch.AddSeconds(7));

    [Theory]
    [InlineData("\"Once upon\"")]
    [InlineData("[\"Once upon\"]")]
    public void Read_Prompt_IsAChatOfOneMessage(string prompt)
    {
        var losses = new LossReport();

        var request = Read(
            $$"""{"model":"m","prompt":{{prompt}},"max_tokens":5,"temperature":0.5,"n":2,"logprobs":3,"echo":true,"stop":"x","stream":true,"stream_options":{"include_usage":true},"seed":1,"user":"u","odd":[1]}""",
            losses);

        var message = Assert.Single(request.Chat.Messages);
        Assert.Equal((ChatRole.User, "Once upon"), (message.Role, message.Text));
        Assert.Equal(("Once upon", true, true, true), (request.Prompt, request.Echo, request.Chat.IsStreaming, request.Chat.WantsUsage));
        var options = request.Chat.Options;
        Assert.Equal(("m", 5, 0.5f, 1L), (options.ModelId, options.MaxOutputTokens, options.Temperature, options.Seed));
        Assert.Equal(["x"], options.StopSequences);
        Assert.Equal(["logprobs", "n", "odd", "top_logprobs", "user"], options.AdditionalProperties!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("3", options.AdditionalProperties["top_logprobs"]!.ToString());
        Assert.Equal(["prompt"], losses.Changed);
        Assert.Empty(losses.Dropped);
    }

    [Theory]
    [InlineData("""{"prompt":"a"}""", 16)]
    [InlineData("""{"prompt":"a","max_tokens":null}""", 16)]
    [InlineData("""{"prompt":"a","max_tokens":900}""", 900)]
    public void Read_Limit_IsTheDialectsOwnWhereNoneIsNamed(string body, int expected) => Assert.Equal(expected, Read(body, new LossReport()).Chat.Options.MaxOutputTokens);

    [Theory]
    [InlineData("""{"prompt":"a","best_of":3}""", true)]
    [InlineData("""{"prompt":"a","best_of":2,"n":2}""", false)]
    [InlineData("""{"prompt":"a","best_of":1}""", false)]
    public void Read_BestOf_IsDroppedWhereItMeansAnything(string body, bool isDropped)
    {
        var losses = new LossReport();

        var request = Read(body, losses);

        Assert.Equal(isDropped ? ["best_of"] : [], losses.Dropped);
        Assert.False(request.Chat.Options.AdditionalProperties?.ContainsKey("best_of") ?? false);
    }

    [Theory]
    [InlineData("{}", "prompt", WireRequestCodes.MissingMember)]
    [InlineData("""{"prompt":null}""", "prompt", WireRequestCodes.MissingMember)]
    [InlineData("""{"prompt":""}""", "prompt", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":[]}""", "prompt", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":{}}""", "prompt", WireRequestCodes.InvalidType)]
    [InlineData("""{"prompt":[1,2]}""", "prompt", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":[[1,2],[3]]}""", "prompt", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":["a","b"]}""", "prompt", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"a","suffix":"b"}""", "suffix", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"a","max_tokens":0,"echo":true}""", "max_tokens", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"a","logprobs":true}""", "logprobs", WireRequestCodes.InvalidType)]
    [InlineData("""{"prompt":"a","temperature":9}""", "temperature", WireRequestCodes.InvalidValue)]
    public void Read_WhatAChatCannotDo_IsRefusedByName(string body, string param, string code)
    {
        var failure = Assert.Throws<WireRequestException>(() => Read(body, new LossReport()));

        Assert.Equal((param, code), (failure.Param, failure.Code));
    }

    [Theory]
    [InlineData("""{"prompt":"a","logprobs":5,"max_tokens":0}""", null)]
    [InlineData("""{"prompt":"a","logprobs":true}""", "logprobs")]
    public void Peek_Logprobs_IsANumberHere(string body, string? wrong)
    {
        if (wrong is null)
        {
            Assert.Equal(0, OpenAIPeek.ReadCompletion(Encoding.UTF8.GetBytes(body)).MaxTokens);
        }
        else
        {
            Assert.Equal(wrong, Assert.Throws<WireRequestException>(() => OpenAIPeek.ReadCompletion(Encoding.UTF8.GetBytes(body))).Param);
        }
    }

    [Fact]
    public void Write_Choices_EachWithItsTextAndEnd()
    {
        var response = new ChatResponse([Choice(0, "one", "length"), Choice(1, "two", "stop")]) { Usage = new UsageDetails { InputTokenCount = 3, OutputTokenCount = 2 } };

        var json = Whole(response, "P: ", new LossReport());

        Assert.Equal(("cmpl-1", "text_completion", 7, "m"), (json.GetProperty("id").GetString(), json.GetProperty("object").GetString(), json.GetProperty("created").GetInt32(), json.GetProperty("model").GetString()));
        Assert.Equal(
            ["0 P: one length", "1 P: two stop"],
            json.GetProperty("choices").EnumerateArray().Select(choice => $"{choice.GetProperty("index")} {choice.GetProperty("text")} {choice.GetProperty("finish_reason")}"));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("choices")[0].GetProperty("logprobs").ValueKind);
        Assert.Equal(5, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.NotNull(OpenAIScan.ScanCompletion(Encoding.UTF8.GetBytes(json.GetRawText())));
    }

    [Fact]
    public void Write_WhatIsNoText_IsNoted()
    {
        var losses = new LossReport();
        var message = new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("hm"), new ErrorContent("no") { ErrorCode = ChatKeys.Refusal }, new FunctionCallContent("c", "f")]);

        var json = Whole(new ChatResponse(message) { FinishReason = ChatFinishReason.ToolCalls }, "", losses);

        Assert.Equal("no", json.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal("stop", json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(["reasoning_content", "tool_calls"], losses.Dropped);
        Assert.Equal(["refusal"], losses.Changed);
    }

    [Fact]
    public void Write_Logprobs_AreFourArraysSideBySide()
    {
        var message = Choice(0, "ab", "stop");
        message.AdditionalProperties![ChatKeys.Logprobs] = JsonElement.Parse(
            """{"content":[{"token":"a","logprob":-0.5,"top_logprobs":[{"token":"a","logprob":-0.5},{"token":"a","logprob":-3},{"token":"x","logprob":-9}]},{"token":"b","logprob":-1}]}""");

        var logprobs = Whole(new ChatResponse(message), ">> ", new LossReport()).GetProperty("choices")[0].GetProperty("logprobs");

        Assert.Equal("""{"tokens":["a","b"],"token_logprobs":[-0.5,-1],"top_logprobs":[{"a":-0.5,"x":-9},null],"text_offset":[3,4]}""", logprobs.GetRawText());
    }

    [Fact]
    public void Stream_Pieces_PromptFirstOneFinishUsageAndTheEnd()
    {
        var writer = new OpenAICompletionChunkWriter(Head, "P: ", wantsUsage: true, new LossReport());
        var output = new ArrayBufferWriter<byte>();
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "a\ud83d"));
        writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "\ude42b"));
        writer.Write(output, new ChatResponseUpdate { FinishReason = ChatFinishReason.Length, Contents = [new UsageContent(new UsageDetails { InputTokenCount = 1, OutputTokenCount = 2 })] });
        writer.Complete(output);

        var events = Encoding.UTF8.GetString(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item["data: ".Length..]).ToList();

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events.SkipLast(1).Select(item => JsonElement.Parse(item)).ToList();
        Assert.Equal(["P: a/", "🙂b/", "/length"], chunks.SkipLast(1).Select(chunk => $"{chunk.GetProperty("choices")[0].GetProperty("text")}/{chunk.GetProperty("choices")[0].GetProperty("finish_reason")}"));
        Assert.Equal((0, 3), (chunks[^1].GetProperty("choices").GetArrayLength(), chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Equal([(true, false), (true, false), (false, true), (false, false)], events.SkipLast(1).Select(item => OpenAIScan.ScanEvent(Encoding.UTF8.GetBytes(item))).Select(seen => (seen.HasContent, seen.IsFinished)));
    }

    [Fact]
    public void Stream_Logprobs_OffsetsGoOnFromPieceToPiece()
    {
        var writer = new OpenAICompletionChunkWriter(Head, "", wantsUsage: false, new LossReport());
        var output = new ArrayBufferWriter<byte>();
        foreach (var token in new[] { "Hel", "lo" })
        {
            var update = new ChatResponseUpdate(ChatRole.Assistant, token) { AdditionalProperties = new() { [ChatKeys.Logprobs] = JsonElement.Parse($$"""{"content":[{"token":"{{token}}","logprob":-1}]}""") } };
            writer.Write(output, update);
        }

        writer.Complete(output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);

        Assert.Contains("\"text_offset\":[0]", text, StringComparison.Ordinal);
        Assert.Contains("\"text_offset\":[3]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"usage\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_Empty_StillEchoesAndEnds()
    {
        var output = new ArrayBufferWriter<byte>();
        new OpenAICompletionChunkWriter(Head, "P", wantsUsage: false, new LossReport()).Complete(output);

        Assert.Contains("\"text\":\"P\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    private static OpenAICompletionsRequest Read(string body, LossReport losses) => OpenAICompletionsReader.Read(Encoding.UTF8.GetBytes(body), losses);

    private static ChatMessage Choice(int index, string text, string finish) => new(ChatRole.Assistant, text)
    {
        AdditionalProperties = new() { [ChatKeys.ChoiceIndex] = index, [ChatKeys.ChoiceFinishReason] = finish },
    };

    private static JsonElement Whole(ChatResponse response, string echo, LossReport losses)
    {
        var output = new ArrayBufferWriter<byte>();
        OpenAICompletionsWriter.Write(output, response, Head, echo, null, losses);
        return JsonElement.Parse(output.WrittenSpan);
    }
}
