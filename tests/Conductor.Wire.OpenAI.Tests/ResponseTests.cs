using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;
using Role = Microsoft.Extensions.AI.ChatRole;
using Message = Microsoft.Extensions.AI.ChatMessage;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class ResponseTests
{
    private static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void Read_ReasonOfWhiteSpace_IsNone()
    {
        Assert.Null(OpenAIResponseReader.Read("""{"choices":[{"message":{"content":"x"},"finish_reason":" "}]}"""u8).FinishReason);
        var updates = new List<ChatResponseUpdate>();
        var reader = new OpenAIChunkReader();
        reader.Read("""{"choices":[{"delta":{"content":"x"},"finish_reason":"\n"}]}"""u8, updates);
        Assert.False(reader.IsFinished);
        Assert.Null(Assert.Single(updates).FinishReason);
    }

    [Fact]
    public void Read_HalfOfASurrogatePair_CanBeSaidAgain()
    {
        var response = OpenAIResponseReader.Read(
            """{"choices":[{"message":{"content":"a\ud83d","other":"\ude00","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{\"a\":\"\\ud83d\"}"},"x":"\ud83d"}]},"finish_reason":"stop"}],"y":"\ud83d"}"""u8);

        Assert.Equal("a\ufffd", response.Text);
        Assert.Equal("\ufffd", Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Arguments!["a"]!.ToString());
        var written = Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "c", "m", Then, null));
        Assert.NotNull(JsonNode.Parse(written));
    }

    [Theory]
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\ufffd"}""")]
    [InlineData("""{"a":"\ud83d\ude00\ud83d\ud83d\ude00\ude00\\\ude00"}""", """{"a":"\ud83d\ude00\ufffd\ud83d\ude00\ufffd\\\ufffd"}""")]
    [InlineData("""{"a":"\\ud83d\\"}""", null)]
    [InlineData("""{"a":"\n\ud83d\ude00\u00e9"}""", null)]
    [InlineData("""{"a":"\ud83""", null)]
    [InlineData("""\""", null)]
    public void Mend_HalvesBecomeU_FFFD(string json, string? expected) => Assert.Equal(expected ?? json, System.Text.Encoding.UTF8.GetString(StrictJson.Mend(Bytes.Of(json))));

    [Theory]
    [InlineData("""{"object":"list","data":[{"id":"a","context_length":8192},{"id":"b"}]}""", 8192)]
    [InlineData(""" [{"id":"a","context_length":8192},{"id":"b"}]""", 8192)]
    [InlineData("""{"data":[{"id":"a","max_context_length":4096},{"id":"b"}]}""", 4096)]
    [InlineData("""{"data":[{"id":"a","providers":[{"provider":"x","context_length":131072},{"provider":"y"},{"provider":"z","context_length":32768}]},{"id":"b","providers":[]}]}""", 32768)]
    public void Models_OfEveryShape_AreRead(string body, int context)
    {
        var models = OpenAIModelsReader.Read(Bytes.Of(body));

        Assert.Equal([("a", context), ("b", null)], models.Select(model => (model.Id, model.ContextWindow)));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[}")]
    [InlineData("{}")]
    public void Models_ThatAreNone_AreNoList(string body) => Assert.Throws<WireResponseException>(() => OpenAIModelsReader.Read(Bytes.Of(body)));

    [Fact]
    public void Response_EveryMember_IsReadAndWrittenAgain()
    {
        const string Body = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","service_tier":"default","system_fingerprint":"fp",
             "choices":[{"index":0,"message":{"role":"assistant","content":"hi","refusal":null,"reasoning_content":"hm","annotations":[]},"logprobs":{"content":[]},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}
            """;

        var response = OpenAIResponseReader.Read(Bytes.Of(Body));

        Assert.Equal("hi", response.Text);
        Assert.Equal("hm", Assert.IsType<TextReasoningContent>(response.Messages[0].Contents[0]).Text);
        Assert.Equal(FinishReason.Stop, response.FinishReason);
        Assert.Equal(Then, response.CreatedAt);
        Assert.Equal((9L, 3L, 4L, 2L), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount, response.Usage.ReasoningTokenCount));
        var expected = JsonNode.Parse(Body)!;
        expected["choices"]![0]!["message"]!.AsObject().Remove("annotations");
        var written = Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "chatcmpl-1", "m", Then));
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(written)), written);
    }

    [Fact]
    public void Response_SeveralChoices_StaySeveral()
    {
        const string Body = """
            {"id":"i","object":"chat.completion","created":1700000000,"model":"m","choices":[
             {"index":1,"message":{"role":"assistant","content":"b","refusal":null},"logprobs":null,"finish_reason":"length"},
             {"index":0,"message":{"role":"assistant","content":"a","refusal":null},"logprobs":null,"finish_reason":"stop"}]}
            """;

        var response = OpenAIResponseReader.Read(Bytes.Of(Body));
        var written = JsonNode.Parse(Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "i", "m", Then)))!["choices"]!.AsArray();

        Assert.Equal(["a:stop", "b:length"], written.Select(choice => $"{choice!["message"]!["content"]}:{choice["finish_reason"]}"));
    }

    [Fact]
    public void Response_OddToolCalls_BecomeUsable()
    {
        var response = OpenAIResponseReader.Read("""
            {"choices":[{"message":{"content":null,"tool_calls":[
              {"id":"x","function":{"name":"a","arguments":""}},{"id":"x","function":{"name":"b","arguments":{"k":1}}},{"function":{"name":"c","arguments":"[1]"}}]},"finish_reason":"stop"}]}
            """u8);

        var calls = response.Messages[0].Contents.Cast<FunctionCallContent>().ToList();
        Assert.Equal(3, calls.Select(call => call.CallId).Distinct().Count());
        Assert.Equal(FinishReason.ToolCalls, response.FinishReason);
        Assert.Null(response.Usage);
        var written = JsonNode.Parse(Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "i", "m", Then)))!["choices"]![0]!;
        Assert.Equal(["{}", """{"k":1}""", "[1]"], written["message"]!["tool_calls"]!.AsArray().Select(call => (string?)call!["function"]!["arguments"]));
        Assert.Equal("tool_calls", (string?)written["finish_reason"]);
    }

    [Theory]
    [InlineData("""{"reasoning_content":"t"}""")]
    [InlineData("""{"reasoning":"t"}""")]
    [InlineData("""{"reasoning_text":"t"}""")]
    [InlineData("""{"reasoning":"t","reasoning_content":"t"}""")]
    [InlineData("""{"reasoning_details":[{"type":"reasoning.text","text":"t"}]}""")]
    public void Response_Reasoning_IsReadOnceUnderEveryName(string message)
    {
        var response = OpenAIResponseReader.Read(Bytes.Of($$$"""{"choices":[{"message":{{{message}}},"finish_reason":"stop"}]}"""));

        Assert.Equal("t", Assert.IsType<TextReasoningContent>(Assert.Single(response.Messages[0].Contents)).Text);
    }

    public static TheoryData<string, long, long, bool> Usages => new()
    {
        { """{"prompt_tokens":0,"completion_tokens":0}""", 0, 0, false },
        { """{"prompt_tokens":5}""", 5, 0, false },
        { """{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":null,"completion_tokens_details":null}""", 5, 6, false },
        { """{"prompt_tokens":-5,"completion_tokens":6}""", 0, 6, true },
        { """{"prompt_tokens":1000000000000000000,"completion_tokens":6}""", 1_000_000_000_000, 6, true },
        { """{"prompt_tokens":1e30,"completion_tokens":6}""", 1_000_000_000_000, 6, true },
        { """{"prompt_tokens":1e999,"completion_tokens":6}""", 1_000_000_000_000, 6, true },
        { """{"prompt_tokens":2.5,"completion_tokens":6}""", 3, 6, true },
        { """{"prompt_tokens":"7","completion_tokens":6}""", 7, 6, true },
        { """{"prompt_tokens":"many","completion_tokens":6}""", 0, 6, true },
        { """{"prompt_tokens":{},"completion_tokens":6}""", 0, 6, true },
        { """{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":50}}""", 5, 6, true },
        { """{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"audio_tokens":50}}""", 5, 6, true },
        { """{"prompt_tokens":5,"completion_tokens":6,"completion_tokens_details":{"image_tokens":50}}""", 5, 6, true },
        { """{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}""", 32, 103, false },
        { """{"prompt_tokens":20,"completion_tokens":151,"total_tokens":553}""", 20, 533, false },
        { """{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30,"completion_tokens_details":{"reasoning_tokens":7}}""", 20, 10, false },
        { """{"prompt_tokens":20,"completion_tokens":10,"total_tokens":99,"completion_tokens_details":{"reasoning_tokens":7}}""", 20, 10, false },
        { """{"prompt_tokens":20,"completion_tokens":10,"total_tokens":7}""", 20, 10, false },
        { """{"prompt_tokens":20,"completion_tokens":10,"total_tokens":1e30}""", 20, 10, false },
        { """{"prompt_tokens":20,"completion_tokens":10,"total_tokens":{"a":[1]}}""", 20, 10, false },
    };

    [Theory]
    [MemberData(nameof(Usages))]
    public void Usage_EveryForm_IsReadTheSameEverywhere(string usage, long input, long output, bool isSuspect)
    {
        var whole = Bytes.Of($$$"""{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{{{usage}}}}""");
        var chunk = Bytes.Of($$$"""{"choices":[],"usage":{{{usage}}}}""");

        var scanned = OpenAIScan.ScanChat(whole)!.Value;
        var inEvent = OpenAIScan.ScanEvent(chunk);
        var typed = WireUsage.FromDetails(OpenAIResponseReader.Read(whole).Usage)!.Value;

        Assert.Equal((input, output, isSuspect), (scanned.InputTokens, scanned.OutputTokens, scanned.IsSuspect));
        Assert.True(inEvent.IsUsageOnly);
        Assert.Equal(scanned, inEvent.Usage);
        Assert.Equal(scanned, typed);
        Assert.InRange(scanned.CachedInputTokens, 0, scanned.InputTokens);
    }

    [Fact]
    public void Usage_EveryPart_IsReadAndWrittenAgain()
    {
        const string Full =
            """
            {"prompt_tokens":100,"completion_tokens":60,"total_tokens":160,"prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":20,"audio_tokens":15,"image_tokens":10},
             "completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":12,"image_tokens":8}}
            """;
        var usage = OpenAIScan.ScanChat(Bytes.Of($$$"""{"choices":[{"message":{}}],"usage":{{{Full}}}}"""))!.Value;

        Assert.Equal(
            new WireUsage
            {
                InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 20, AudioInputTokens = 15, ImageInputTokens = 10,
                OutputTokens = 60, ReasoningTokens = 30, AudioOutputTokens = 12, ImageOutputTokens = 8,
            },
            usage);
        var written = Bytes.Text(output => OpenAIResponseWriter.Write(output, new ChatResponse(new Message(Role.Assistant, "x")), "chatcmpl-9", "m", Then, usage));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Full), JsonNode.Parse(written)!["usage"]), written);
    }

    [Theory]
    [InlineData("""{"choices":[{"message":{}}]}""")]
    [InlineData("""{"choices":[{"message":{}}],"usage":null}""")]
    [InlineData("""{"choices":[{"message":{}}],"usage":{}}""")]
    [InlineData("""{"choices":[{"message":{}}],"usage":{"prompt_tokens":null}}""")]
    [InlineData("""{"choices":[{"message":{}}],"usage":[1]}""")]
    public void Usage_NotStated_IsNull(string body)
    {
        Assert.Null(OpenAIScan.ScanChat(Bytes.Of(body)));
        Assert.Null(OpenAIResponseReader.Read(Bytes.Of(body)).Usage);
    }

    [Theory]
    [InlineData("", WireResponseFault.NotJson)]
    [InlineData("<html>", WireResponseFault.NotJson)]
    [InlineData("""{"choices":[{"message":{"content":"x""", WireResponseFault.NotJson)]
    [InlineData("""{"choices":[{"message":{}}]} trailing""", WireResponseFault.NotJson)]
    [InlineData("[]", WireResponseFault.WrongShape)]
    [InlineData("null", WireResponseFault.WrongShape)]
    [InlineData("""{"choices":[7]}""", WireResponseFault.WrongShape)]
    [InlineData("""{"choices":[{"message":null}]}""", WireResponseFault.WrongShape)]
    [InlineData("{}", WireResponseFault.Empty)]
    [InlineData("""{"choices":null}""", WireResponseFault.Empty)]
    [InlineData("""{"choices":[]}""", WireResponseFault.Empty)]
    [InlineData("""{"error":{"message":"no","code":5}}""", WireResponseFault.ErrorInside)]
    [InlineData("""{"error":"no"}""", WireResponseFault.ErrorInside)]
    [InlineData("""{"choices":[{"message":{}}],"error":{"message":"no"}}""", WireResponseFault.ErrorInside)]
    [InlineData("""{"object":"error","message":"no"}""", WireResponseFault.ErrorInside)]
    [InlineData("""{"detail":"no"}""", WireResponseFault.ErrorInside)]
    public void Answer_ThatIsNone_IsTheSameFaultScannedOrRead(string body, WireResponseFault fault)
    {
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => OpenAIScan.ScanChat(Bytes.Of(body))).Fault);
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => OpenAIResponseReader.Read(Bytes.Of(body))).Fault);
    }

    [Theory]
    [InlineData("""{"data":[{"embedding":[1]}]}""", true)]
    [InlineData("""{"data":[{"embedding":"AACAPw=="}]}""", true)]
    [InlineData("""{"data":[]}""", false)]
    [InlineData("""{"data":[{"embedding":null}]}""", false)]
    [InlineData("""{"choices":[{"message":{}}]}""", false)]
    public void ScanEmbeddings_NeedsVectors(string body, bool isAnswer)
    {
        var failure = Record.Exception(() => OpenAIScan.ScanEmbeddings(Bytes.Of(body)));

        Assert.Equal(isAnswer, failure is null);
        Assert.True(failure is null or WireResponseException);
    }

    [Fact]
    public void OfficialClient_ReadsWhatIsWritten()
    {
        var response = new ChatResponse(new Message(Role.Assistant, [new TextContent("hé 😀"), new FunctionCallContent("call_1", "f", new Dictionary<string, object?> { ["a"] = 1 })]))
        {
            FinishReason = FinishReason.ToolCalls,
        };

        var written = Bytes.Text(output => OpenAIResponseWriter.Write(output, response, "chatcmpl-9", "m", Then, new WireUsage { InputTokens = 3, OutputTokens = 2, CachedInputTokens = 1 }));
        var read = ModelReaderWriter.Read<ChatCompletion>(BinaryData.FromString(written))!;

        Assert.Equal("hé 😀", read.Content[0].Text);
        Assert.Equal("""{"a":1}""", read.ToolCalls[0].FunctionArguments.ToString());
        Assert.Equal(global::OpenAI.Chat.ChatFinishReason.ToolCalls, read.FinishReason);
        Assert.Equal((3, 2, 1), (read.Usage.InputTokenCount, read.Usage.OutputTokenCount, read.Usage.InputTokenDetails.CachedTokenCount));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OfficialClient_ReadsVectorsThatAreWritten(bool base64)
    {
        ReadOnlyMemory<float>[] vectors = [new[] { 1f, -0.25f }, new[] { 3e-8f, 1e8f }];

        var written = Bytes.Text(output => OpenAIEmbeddingsWriter.WriteResponse(output, vectors, "m", new WireUsage { InputTokens = 4 }, base64));
        var (again, usage) = OpenAIEmbeddingsReader.ReadResponse(Bytes.Of(written));

        Assert.Equal(vectors[1].ToArray(), again[1].ToArray());
        Assert.Equal(4, usage!.Value.InputTokens);
        if (base64)
        {
            // This client asks for base64 only.
            var read = ModelReaderWriter.Read<OpenAIEmbeddingCollection>(BinaryData.FromString(written))!;
            Assert.Equal(vectors[0].ToArray(), read[0].ToFloats().ToArray());
        }
    }

    [Fact]
    public void Models_WrittenList_IsReadAgain()
    {
        OpenAIModel[] models = [new("a", "me", Then, 4096), new("b")];

        var again = OpenAIModelsReader.Read(Bytes.Of(Bytes.Text(output => OpenAIModelsWriter.WriteList(output, models))));

        Assert.Equal(models, again);
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","param":"p","code":"c"}}""", "m", "t", "p", "c")]
    [InlineData("""{"error":{"message":"m","code":429}}""", "m", null, null, "429")]
    [InlineData("""{"error":"m"}""", "m", null, null, null)]
    [InlineData("""{"object":"error","message":"m","type":"t","param":null,"code":40303}""", "m", "t", null, "40303")]
    [InlineData("""{"message":"m"}""", "m", null, null, null)]
    [InlineData("""{"detail":"m"}""", "m", null, null, null)]
    public void Error_EveryShape_IsRead(string body, string message, string? type, string? param, string? code) =>
        Assert.Equal(new WireError(message, type, param, code), OpenAIErrorReader.TryRead(Bytes.Of(body)));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"error":{"message":"\ud800"}}""")]
    [InlineData("""{"error":null,"choices":[]}""")]
    public void Error_InNoKnownShape_IsNull(string body) => Assert.Null(OpenAIErrorReader.TryRead(Bytes.Of(body)));

    [Fact]
    public void Error_Written_HasAllFourMembersAndOurTwo()
    {
        var error = new WireError("no \"way\"", "invalid_request_error", "model", "model_not_found") { Provider = "vllm", Timestamp = Then };

        Assert.Equal(
            """{"error":{"message":"no \"way\"","type":"invalid_request_error","param":"model","code":"model_not_found","provider":"vllm","timestamp":"2023-11-14T22:13:20.000Z"}}""",
            Bytes.Text(output => OpenAIErrorWriter.Write(output, error)));
        Assert.Equal(
            "data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n",
            Bytes.Text(output => OpenAIErrorWriter.WriteEvent(output, new WireError("m"))));
    }
}
