using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using FinishReason = Microsoft.Extensions.AI.ChatFinishReason;

namespace Conductor.Wire.Gemini.Tests;

public sealed class AnswerTests
{
    private const string Full = """
        {"candidates":[{"content":{"parts":[
            {"text":"hm","thought":true},{"text":"Grüße"},{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"x","name":"g"}}],"role":"model"},
          "finishReason":"STOP","index":0,"safetyRatings":[{"category":"A"}],"avgLogprobs":-0.1,
          "logprobsResult":{"topCandidates":[{"candidates":[{"token":"G","tokenId":5,"logProbability":-0.1},{"token":"H","tokenId":6,"logProbability":-2}]}],"chosenCandidates":[{"token":"G","tokenId":5,"logProbability":-0.1}]}}],
         "usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"toolUsePromptTokenCount":2,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":20},
         "modelVersion":"gemini-x","responseId":"r1","promptFeedback":{"safetyRatings":[]}}
        """;

    [Fact]
    public void Answer_Full_IsReadToItsLastMember()
    {
        var response = Read(Full);

        Assert.Equal(("gemini-x", "r1", "Grüße"), (response.ModelId, response.ResponseId, response.Text));
        Assert.Equal(FinishReason.ToolCalls, response.FinishReason);
        var contents = response.Messages.Single().Contents;
        Assert.Equal("hm", contents.OfType<TextReasoningContent>().Single().Text);
        var calls = contents.OfType<FunctionCallContent>().ToList();
        Assert.StartsWith("call_", calls[0].CallId, StringComparison.Ordinal);
        Assert.Equal(("x", "c2ln"), (calls[1].CallId, calls[0].AdditionalProperties![ChatKeys.ThoughtSignature]));
        var usage = WireUsage.FromDetails(response.Usage)!.Value;
        Assert.Equal((12, 4, 8, 3, false), (usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens, usage.ReasoningTokens, usage.IsSuspect));
        Assert.Equal(
            """{"content":[{"token":"G","logprob":-0.1,"bytes":null,"top_logprobs":[{"token":"G","logprob":-0.1,"bytes":null},{"token":"H","logprob":-2,"bytes":null}]}],"refusal":null}""",
            ((JsonElement)response.Messages[0].AdditionalProperties![ChatKeys.Logprobs]!).GetRawText());
    }

    [Fact]
    public void Usage_ByModality_IsReadAndWrittenAgain()
    {
        const string Usage =
            """
            {"promptTokenCount":100,"cachedContentTokenCount":10,"candidatesTokenCount":50,"thoughtsTokenCount":5,"totalTokenCount":155,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":25},{"modality":"IMAGE","tokenCount":15}],
             "candidatesTokensDetails":[{"modality":"TEXT","tokenCount":10},{"modality":"IMAGE","tokenCount":40}]}
            """;

        var usage = GeminiScan.ScanChat(Wire.Bytes($$"""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{{Usage}}}"""))!.Value;

        Assert.Equal(
            new WireUsage { InputTokens = 100, CachedInputTokens = 10, AudioInputTokens = 25, ImageInputTokens = 15, OutputTokens = 55, ReasoningTokens = 5, ImageOutputTokens = 40 }, usage);
        Wire.Same(Usage, Wire.Json(output => GeminiResponseWriter.Write(output, new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")), "r", "m", usage))["usageMetadata"]);
    }

    [Theory]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":2,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":9}]}""", 3, true)]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":2,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":-9}]}""", 0, true)]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":2,"promptTokensDetails":[{"modality":"VIDEO","tokenCount":3},7,null,[1],{"modality":{"a":1}},{"tokenCount":null}]}""", 0, false)]
    [InlineData("""{"promptTokenCount":3,"candidatesTokenCount":2,"promptTokensDetails":{"modality":"AUDIO","tokenCount":3}}""", 0, false)]
    [InlineData("""{"promptTokenCount":3,"toolUsePromptTokenCount":4,"toolUsePromptTokensDetails":[{"modality":"AUDIO","tokenCount":4}]}""", 4, false)]
    public void Usage_ByModalityThatMakesNoSense_IsHeldToTheWhole(string usage, long audio, bool isSuspect)
    {
        var read = GeminiScan.ScanChat(Wire.Bytes($$"""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{{usage}}}"""))!.Value;

        Assert.Equal((audio, isSuspect), (read.AudioInputTokens, read.IsSuspect));
    }

    [Fact]
    public void Answer_Written_ReadsTheSame()
    {
        var written = Wire.Json(output => GeminiResponseWriter.Write(output, Read(Full), "r2", "fast"));

        var expected = JsonNode.Parse(Full)!;
        var parts = written["candidates"]![0]!["content"]!["parts"]!;
        expected["candidates"]![0]!["content"]!["parts"]![2]!["functionCall"]!["id"] = (string?)parts[2]!["functionCall"]!["id"];
        expected["candidates"]![0]!["content"]!["parts"]![3]!["functionCall"]!["args"] = new JsonObject();
        expected["usageMetadata"] = JsonNode.Parse("""{"promptTokenCount":12,"cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":20}""");
        foreach (var list in new[] { "topCandidates", "chosenCandidates" })
        {
            foreach (var token in expected["candidates"]![0]!["logprobsResult"]![list]!.AsArray().SelectMany(item => item!["candidates"]?.AsArray().AsEnumerable() ?? new[] { item }))
            {
                token!.AsObject().Remove("tokenId");
            }
        }

        (expected["modelVersion"], expected["responseId"]) = ("fast", "r2");
        Wire.Same(expected.ToJsonString(), written);
    }

    [Theory]
    [InlineData("STOP", "stop", "STOP")]
    [InlineData("MAX_TOKENS", "length", "MAX_TOKENS")]
    [InlineData("SAFETY", "content_filter", "SAFETY")]
    [InlineData("RECITATION", "content_filter", "RECITATION")]
    [InlineData("BLOCKLIST", "content_filter", "BLOCKLIST")]
    [InlineData("PROHIBITED_CONTENT", "content_filter", "PROHIBITED_CONTENT")]
    [InlineData("SPII", "content_filter", "SPII")]
    [InlineData("IMAGE_SAFETY", "content_filter", "IMAGE_SAFETY")]
    [InlineData("LANGUAGE", "stop", "LANGUAGE")]
    [InlineData("OTHER", "stop", "OTHER")]
    [InlineData("MALFORMED_FUNCTION_CALL", "stop", "MALFORMED_FUNCTION_CALL")]
    [InlineData("SOMETHING_NEW", "stop", "SOMETHING_NEW")]
    public void FinishReason_BothWays(string own, string expected, string back)
    {
        var response = Read($$$"""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"{{{own}}}"}]}""");

        Assert.Equal(expected, response.FinishReason?.Value);
        Assert.Equal(back, (string?)Wire.Json(output => GeminiResponseWriter.Write(output, response, "r", "m"))["candidates"]![0]!["finishReason"]);
    }

    [Theory]
    [InlineData("stop", "STOP")]
    [InlineData("tool_calls", "STOP")]
    [InlineData("length", "MAX_TOKENS")]
    [InlineData("content_filter", "SAFETY")]
    [InlineData(null, "STOP")]
    public void FinishReason_OfOtherDialects_HasAWordHere(string? reason, string expected)
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "x")) { FinishReason = reason is null ? null : new FinishReason(reason) };

        Assert.Equal(expected, (string?)Wire.Json(output => GeminiResponseWriter.Write(output, response, "r", "m"))["candidates"]![0]!["finishReason"]);
    }

    [Fact]
    public void Answer_Refusal_IsTextThatAFilterEnded()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [new ErrorContent("I will not.") { ErrorCode = ChatKeys.Refusal }])) { FinishReason = FinishReason.Stop };

        var candidate = Wire.Json(output => GeminiResponseWriter.Write(output, response, "r", "m"))["candidates"]![0]!;

        Assert.Equal(("I will not.", "SAFETY"), ((string?)candidate["content"]!["parts"]![0]!["text"], (string?)candidate["finishReason"]));
    }

    [Fact]
    public void Answer_SeveralCandidatesThatAllBrokeOff_IsNone()
    {
        Assert.Equal(WireResponseFault.ErrorInside, Assert.Throws<WireResponseException>(() => GeminiResponseReader.Read("""{"candidates":[{"finishReason":"OTHER"},{"finishReason":"MALFORMED_FUNCTION_CALL","index":1}]}"""u8)).Fault);
        Assert.Equal(2, GeminiResponseReader.Read("""{"candidates":[{"finishReason":"OTHER"},{"content":{"parts":[{"text":"x"}]},"index":1}]}"""u8).Messages.Count);
    }

    [Fact]
    public void Answer_HalfOfASurrogatePair_CanBeSaidAgainAndIsNoFailureOfThePassingEvent()
    {
        var answer = GeminiResponseReader.Read("""{"candidates":[{"content":{"parts":[{"text":"a\ud83d"}]},"finishReason":"STOP","other":"\ude00"}]}"""u8);

        Assert.Equal("a\ufffd", answer.Text);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        GeminiResponseWriter.Write(output, answer, "r", "m");
        Assert.False(GeminiScan.ScanEvent("""{"candidates":[],"\ud83d":1}"""u8).IsInvalid);
        Assert.False(GeminiScan.ScanEvent("""{"candidates":[],"error":[1]}"""u8).IsError);
    }

    [Fact]
    public void Answer_SeveralCandidates_AreChoicesBothWays()
    {
        var response = Read("""{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]}""");

        Assert.Equal(["a", "b"], response.Messages.Select(message => message.Text));
        Assert.Equal([0, 1], response.Messages.Select(message => message.AdditionalProperties![ChatKeys.ChoiceIndex]));
        var written = Wire.Json(output => GeminiResponseWriter.Write(output, response, "r", "m"))["candidates"]!.AsArray();
        Assert.Equal(["a:STOP:0", "b:MAX_TOKENS:1"], written.Select(item => $"{item!["content"]!["parts"]![0]!["text"]}:{item["finishReason"]}:{item["index"]}"));
    }

    [Theory]
    [InlineData(null, true, false)]
    [InlineData(null, false, true)]
    [InlineData("anthropic", false, false)]
    [InlineData("gemini", false, false)]
    public void Answer_Thoughts_AreShownToThoseWhoAskAndSignedOnesToAll(string? maker, bool shows, bool isLeftOut)
    {
        var thought = new TextReasoningContent("hm") { ProtectedData = maker is null ? null : "c2ln", AdditionalProperties = maker is null ? null : new() { [ChatKeys.SignatureMaker] = maker } };
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, [thought, new TextContent("a")]));

        var whole = Wire.Text(output => GeminiResponseWriter.Write(output, response, "r", "m", null, shows));
        var stream = Wire.Text(output => new GeminiChunkWriter("r", "m", GeminiFraming.Events, shows).Write(output, new ChatResponseUpdate(ChatRole.Assistant, [thought])));

        Assert.Equal(isLeftOut, !whole.Contains("\"thought\":true", StringComparison.Ordinal));
        Assert.Equal(isLeftOut, stream.Length == 0);
    }

    [Theory]
    [InlineData("anthropic", "EqoB:x/=", false)]
    [InlineData("anthropic", "withheld", true)]
    [InlineData("openai", "gAAAA", false)]
    [InlineData("gemini", "c2ln", false)]
    public void Signature_OfAnyMaker_MakesTheRoundTripThroughThisDialect(string maker, string signature, bool isWithheld)
    {
        var thought = new TextReasoningContent(isWithheld ? "" : "hm") { ProtectedData = signature, AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker } };
        if (isWithheld)
        {
            thought.AdditionalProperties[ChatKeys.Redacted] = true;
        }

        var written = Wire.Json(output => GeminiResponseWriter.Write(output, new ChatResponse(new ChatMessage(ChatRole.Assistant, [thought, new TextContent("a")])), "r", "m", null, false));
        var back = Wire.Read($$$"""{"contents":[{{{written["candidates"]![0]!["content"]!.ToJsonString()}}}]}""").Messages[0].Contents[0];

        var read = Assert.IsType<TextReasoningContent>(back);
        Assert.Equal((thought.Text, signature, maker), (read.Text, read.ProtectedData, read.AdditionalProperties![ChatKeys.SignatureMaker]));
        Assert.Equal(isWithheld, read.AdditionalProperties.ContainsKey(ChatKeys.Redacted));
        var sent = Convert.FromBase64String((string?)written["candidates"]![0]!["content"]!["parts"]![0]!["thoughtSignature"] ?? "");
        Assert.NotEmpty(sent); // the member is bytes on this wire: strict clients decode it
    }

    [Fact]
    public void Answer_NothingSaid_HasAnEmptyPart()
    {
        var written = Wire.Json(output => GeminiResponseWriter.Write(output, new ChatResponse(), "r", "m"));

        Wire.Same("""{"parts":[{"text":""}],"role":"model"}""", written["candidates"]![0]!["content"]);
    }

    [Fact]
    public void Answer_SafetyWithoutContent_IsAFilteredAnswerAndNoFailure()
    {
        var response = Read("""{"candidates":[{"finishReason":"SAFETY","index":0}],"usageMetadata":{"promptTokenCount":3}}""");

        Assert.Equal(FinishReason.ContentFilter, response.FinishReason);
        Assert.Equal("gemini:SAFETY", response.AdditionalProperties![ChatKeys.NativeFinishReason]);
        Assert.Empty(response.Text);
    }

    [Theory]
    [InlineData("""{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":3}}""", WireErrorCategory.ContentFilter)]
    [InlineData("""{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}""", WireErrorCategory.Server)]
    [InlineData("""{"candidates":[{"finishReason":"OTHER","content":{"parts":[{"text":""}]}}]}""", WireErrorCategory.Server)]
    [InlineData("""{"candidates":[{"finishReason":"MISSING_THOUGHT_SIGNATURE"}]}""", WireErrorCategory.InvalidRequest)]
    [InlineData("""{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}""", WireErrorCategory.Overloaded)]
    [InlineData("""[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]""", WireErrorCategory.RateLimited)]
    public void Answer_ThatIsARefusalOrAFailure_IsNoEmptySuccess(string body, WireErrorCategory expected)
    {
        var failure = Assert.Throws<WireResponseException>(() => Read(body));

        Assert.Equal(WireResponseFault.ErrorInside, failure.Fault);
        Assert.Equal(expected, GeminiErrorClassifier.Classify(failure.Error!));
    }

    [Theory]
    [InlineData("", WireResponseFault.NotJson)]
    [InlineData("""{"candidates":[""", WireResponseFault.NotJson)]
    [InlineData("[]", WireResponseFault.WrongShape)]
    [InlineData("{}", WireResponseFault.Empty)]
    [InlineData("""{"candidates":[]}""", WireResponseFault.Empty)]
    [InlineData("""{"candidates":[1]}""", WireResponseFault.WrongShape)]
    [InlineData("""{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}""", WireResponseFault.WrongShape)]
    public void Answer_ThatIsNone_Throws(string body, WireResponseFault fault)
    {
        Assert.Equal(fault, Assert.Throws<WireResponseException>(() => Read(body)).Fault);
    }

    [Theory]
    [InlineData("""{"promptTokenCount":-1,"candidatesTokenCount":1}""", 0, 1)]
    [InlineData("""{"promptTokenCount":1.5,"candidatesTokenCount":1}""", 2, 1)]
    [InlineData("""{"promptTokenCount":1,"cachedContentTokenCount":9}""", 1, 0)]
    [InlineData("""{"promptTokenCount":"7","candidatesTokenCount":1e30}""", 0, 1_000_000_000_000)]
    public void Usage_Nonsense_IsClampedAndMarked(string usage, long input, long output)
    {
        var read = WireUsage.FromDetails(Read($$$"""{"candidates":[{"content":{"parts":[{"text":"x"}]}}],"usageMetadata":{{{usage}}}}""").Usage)!.Value;

        Assert.Equal((input, output, true), (read.InputTokens, read.OutputTokens, read.IsSuspect));
    }

    [Fact]
    public void Scan_WholeAnswers_TellsUsageAndFailure()
    {
        Assert.Equal(12, GeminiScan.ScanChat(Wire.Bytes(Full))!.Value.InputTokens);
        Assert.Null(GeminiScan.ScanChat(Wire.Bytes("""{"candidates":[{}]}""")));
        // The caller speaks this dialect: a refused prompt is an answer that he can read.
        Assert.Equal(3, GeminiScan.ScanChat(Wire.Bytes("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"""))!.Value.InputTokens);
        Assert.Equal(2, GeminiScan.ScanEmbeddings(Wire.Bytes("""{"embeddings":[{"values":[1]}],"usageMetadata":{"promptTokenCount":2}}"""))!.Value.InputTokens);
        Assert.Null(GeminiScan.ScanEmbeddings(Wire.Bytes("""{"embedding":{"values":[1]}}""")));
        Assert.Equal(WireResponseFault.Empty, Assert.Throws<WireResponseException>(() => GeminiScan.ScanChat("{}"u8)).Fault);
        Assert.Equal(WireResponseFault.NotJson, Assert.Throws<WireResponseException>(() => GeminiScan.ScanChat("{"u8)).Fault);
        Assert.Equal(WireResponseFault.WrongShape, Assert.Throws<WireResponseException>(() => GeminiScan.ScanChat("1"u8)).Fault);
        Assert.Equal(WireResponseFault.ErrorInside, Assert.Throws<WireResponseException>(() => GeminiScan.ScanChat("""{"error":{"code":500}}"""u8)).Fault);
    }

    private static ChatResponse Read(string body) => GeminiResponseReader.Read(Wire.Bytes(body));
}
