using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini.Tests;

public sealed class RequestReaderTests
{
    private const string Full = """
        {
          "systemInstruction": {"parts":[{"text":"be brief"}]},
          "contents": [
            {"role":"user","parts":[{"text":"Grüße 😀"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0="}}]},
            {"role":"model","parts":[
              {"text":"hm","thought":true,"thoughtSignature":"c2ln"},
              {"functionCall":{"id":"c1","name":"weather","args":{"city":"Ulm"}},"thoughtSignature":"c2lnMg=="}]},
            {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"weather","response":{"output":"warm"}}}]}
          ],
          "tools":[{"functionDeclarations":[{"name":"weather","description":"how it is","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING","nullable":true}},"required":["city"]}}]}],
          "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}},
          "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
          "cachedContent":"cachedContents/1",
          "serviceTier":"standard",
          "generationConfig":{"temperature":0.5,"topP":0.9,"topK":40,"candidateCount":2,"maxOutputTokens":100,"stopSequences":["END"],"seed":7,
            "presencePenalty":0.1,"frequencyPenalty":-0.1,"responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json",
            "responseSchema":{"type":"OBJECT","properties":{"b":{"type":"INTEGER"},"a":{"type":"STRING"}},"propertyOrdering":["a","b"]},
            "thinkingConfig":{"includeThoughts":true,"thinkingBudget":512},"mediaResolution":"MEDIA_RESOLUTION_LOW","responseModalities":["TEXT"]}
        }
        """;

    [Fact]
    public void Request_Full_IsReadToItsLastMember()
    {
        var request = Wire.Read(Full);

        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.Tool], request.Messages.Select(message => message.Role));
        Assert.Equal("Grüße 😀", request.Messages[1].Text);
        Assert.Equal("image/png", Assert.IsType<DataContent>(request.Messages[1].Contents[1]).MediaType);
        var thought = Assert.IsType<TextReasoningContent>(request.Messages[2].Contents[0]);
        Assert.Equal(("hm", "c2ln", "gemini"), (thought.Text, thought.ProtectedData, thought.AdditionalProperties![ChatKeys.SignatureMaker]));
        var call = Assert.IsType<FunctionCallContent>(request.Messages[2].Contents[1]);
        Assert.Equal(("c1", "weather", "c2lnMg=="), (call.CallId, call.Name, call.AdditionalProperties![ChatKeys.ThoughtSignature]));
        Assert.Equal("Ulm", ((JsonElement)call.Arguments!["city"]!).GetString());
        var result = Assert.IsType<FunctionResultContent>(request.Messages[3].Contents[0]);
        Assert.Equal(("c1", "warm", "weather"), (result.CallId, result.Result, result.AdditionalProperties![ChatKeys.ToolName]));

        var options = request.Options;
        Assert.Equal((0.5f, 0.9f, 40, 100, 7L), (options.Temperature, options.TopP, options.TopK, options.MaxOutputTokens, options.Seed));
        Assert.Equal((0.1f, -0.1f), (options.PresencePenalty, options.FrequencyPenalty));
        Assert.Equal(["END"], options.StopSequences!);
        Assert.Equal("weather", Assert.IsType<RequiredChatToolMode>(options.ToolMode).RequiredFunctionName);
        Assert.Equal(
            """{"type":"object","properties":{"city":{"type":["string","null"]}},"required":["city"]}""",
            Assert.IsAssignableFrom<AIFunctionDeclaration>(options.Tools![0]).JsonSchema.GetRawText());
        Assert.Equal(
            """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}""",
            Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema!.Value.GetRawText());
        Assert.Equal(ReasoningOutput.Summary, options.Reasoning!.Output);
        var extra = options.AdditionalProperties!;
        Assert.Equal(512L, extra[ChatKeys.ThinkingBudget]);
        Assert.Equal(("2", "true", "3", "\"default\""), (Raw(extra["n"]), Raw(extra["logprobs"]), Raw(extra["top_logprobs"]), Raw(extra["service_tier"])));
        Assert.Equal("\"cachedContents/1\"", Raw(extra["gemini:cachedContent"]));
        Assert.Equal("\"MEDIA_RESOLUTION_LOW\"", Raw(extra["gemini:generationConfig.mediaResolution"]));
        Assert.Contains("BLOCK_NONE", Raw(extra["gemini:safetySettings"]), StringComparison.Ordinal);
        Assert.DoesNotContain("gemini:generationConfig.responseModalities", extra.Keys);
    }

    [Fact]
    public void Request_InSnakeCase_ReadsTheSame()
    {
        var request = Wire.Read("""
            {"system_instruction":{"parts":[{"text":"s"}]},
             "contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"iVBORw0"}}]},
                         {"role":"model","parts":[{"function_call":{"name":"f"},"thought_signature":"x"}]},
                         {"role":"function","parts":[{"function_response":{"name":"f","response":{"a":1}}}]}],
             "tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]}],
             "tool_config":{"function_calling_config":{"mode":"any","allowed_function_names":["f","g"]}},
             "generation_config":{"max_output_tokens":"5","top_k":40.0,"stop_sequences":["a"],"response_mime_type":"application/json","thinking_config":{"thinking_level":"high"}}}
            """);

        Assert.Equal((5, 40), (request.Options.MaxOutputTokens, request.Options.TopK));
        Assert.IsType<ChatResponseFormatJson>(request.Options.ResponseFormat);
        Assert.Equal(ReasoningEffort.High, request.Options.Reasoning!.Effort);
        Assert.Equal(
            """{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}}""",
            Raw(request.Options.AdditionalProperties!["tool_choice"]));
        var call = request.Messages[2].Contents.OfType<FunctionCallContent>().Single();
        Assert.Equal("x", call.AdditionalProperties![ChatKeys.ThoughtSignature]);
        Assert.Equal(call.CallId, request.Messages[3].Contents.OfType<FunctionResultContent>().Single().CallId);
    }

    [Fact]
    public void Request_CallsWithoutIds_AreMatchedByNameAndOrder()
    {
        const string Body = """
            {"contents":[{"parts":[{"text":"go"}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g"}},{"functionCall":{"name":"f","args":{"a":2}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"g","response":{}}},{"functionResponse":{"name":"f","response":{"n":1}}},{"functionResponse":{"name":"f","response":{"n":2}}},{"text":"and?"}]}]}
            """;

        var request = Wire.Read(Body);

        var calls = request.Messages[1].Contents.OfType<FunctionCallContent>().ToList();
        var results = request.Messages[2].Contents.OfType<FunctionResultContent>().ToList();
        Assert.Equal(3, calls.Select(call => call.CallId).Distinct().Count());
        Assert.Equal([calls[1].CallId, calls[0].CallId, calls[2].CallId], results.Select(result => result.CallId));
        Assert.Equal("and?", request.Messages[3].Text);
        Assert.Equal(ChatRole.User, request.Messages[3].Role);
        // The same conversation gives the same ids, and none of them goes back to the server.
        Assert.Equal(calls.Select(call => call.CallId), Wire.Read(Body).Messages[1].Contents.OfType<FunctionCallContent>().Select(call => call.CallId));
        var (written, _) = Wire.Write(request.Messages);
        Assert.DoesNotContain("\"id\"", written.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Request_PiecesOfAStreamAsTurns_AreOneAnswer()
    {
        var request = Wire.Read("""
            {"contents":[{"parts":[{"text":"hi"}]},{"role":"model","parts":[{"text":"he"}]},{"role":"model","parts":[{"text":"llo"}]},{"role":"model","parts":[{"text":""}]},
             {"role":"user","parts":[{"text":"go on"}]},{"role":"model","parts":[]}]}
            """);

        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant], request.Messages.Select(message => message.Role));
        Assert.Equal("hello", request.Messages[1].Text);
        Assert.Empty(request.Messages[3].Contents);
    }

    [Fact]
    public void Request_UnknownParts_SurviveInTheirOwnDialect()
    {
        var request = Wire.Read("""{"contents":[{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"1"}},{"text":"a","videoMetadata":{"fps":2}},{"hologram":{"x":1},"thoughtSignature":"s"}]}]}""");

        var (body, losses) = Wire.Write(request.Messages);

        Wire.Same("""[{"executableCode":{"language":"PYTHON","code":"1"}},{"text":"a","videoMetadata":{"fps":2}},{"hologram":{"x":1},"thoughtSignature":"s"}]""", body["contents"]![0]!["parts"]);
        Assert.Empty(losses.Dropped);
    }

    [Fact]
    public void Request_GoogleTools_ArePassedOnInTheirOwnDialect()
    {
        var request = Wire.Read("""
            {"contents":[{"parts":[{"text":"x"}]}],"tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"f","behavior":"NON_BLOCKING"}]},{"codeExecution":{}}],
             "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["f"]},"retrievalConfig":{"languageCode":"de"}}}
            """);

        var (body, losses) = Wire.Write(request.Messages, request.Options);

        Wire.Same("""[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object","properties":{}},"behavior":"NON_BLOCKING"}]},{"googleSearch":{}},{"codeExecution":{}}]""", body["tools"]);
        Wire.Same("""{"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["f"]},"retrievalConfig":{"languageCode":"de"}}""", body["toolConfig"]);
        Assert.Empty(losses.Dropped.Concat(losses.Changed));
    }

    [Theory]
    [InlineData("""[]""", null, "invalid_json")]
    [InlineData("""{"contents":[{"parts":[{"text":"\ud800"}]}]}""", null, "invalid_json")]
    [InlineData("""{}""", "contents", "missing_required_parameter")]
    [InlineData("""{"contents":null}""", "contents", "missing_required_parameter")]
    [InlineData("""{"contents":[]}""", "contents", "invalid_value")]
    [InlineData("""{"contents":"hi"}""", "contents", "invalid_type")]
    [InlineData("""{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}""", "contents[0].role", "invalid_value")]
    [InlineData("""{"contents":[{"role":"user"}]}""", "contents[0].parts", "missing_required_parameter")]
    [InlineData("""{"contents":[{"parts":[{}]}]}""", "contents[0].parts[0]", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":1}]}]}""", "contents[0].parts[0].text", "invalid_type")]
    [InlineData("""{"contents":[{"parts":[{"text":"a","inlineData":{}}]}]}""", "contents[0].parts[0]", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"%%"}}]}]}""", "contents[0].parts[0].inlineData.data", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"inlineData":{"mimeType":"png","data":"AAAA"}}]}]}""", "contents[0].parts[0].inlineData.mimeType", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"fileData":{"fileUri":"x"}}]}]}""", "contents[0].parts[0].fileData.fileUri", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{"args":{}}}]}]}""", "contents[0].parts[0].functionCall.name", "missing_required_parameter")]
    [InlineData("""{"contents":[{"parts":[{"functionCall":{"name":"f","args":"{}"}}]}]}""", "contents[0].parts[0].functionCall.args", "invalid_type")]
    [InlineData("""{"contents":[{"parts":[{"functionResponse":{"name":"f","response":"x"}}]}]}""", "contents[0].parts[0].functionResponse.response", "invalid_type")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"systemInstruction":"s"}""", "systemInstruction", "invalid_type")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":3}}""", "generationConfig.temperature", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":0}}""", "generationConfig.maxOutputTokens", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"candidateCount":"many"}}""", "generationConfig.candidateCount", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"topK":1,"top_k":2}}""", "generationConfig.top_k", "duplicate_parameter")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseSchema":{"type":"STRING"}}}""", "generationConfig.responseSchema", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{},"responseJsonSchema":{}}}""", "generationConfig.responseJsonSchema", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"DEEP"}}}""", "generationConfig.thinkingConfig.thinkingLevel", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"description":"no name"}]}]}""", "tools[0].functionDeclarations[0].name", "missing_required_parameter")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"SOMETIMES"}}}""", "toolConfig.functionCallingConfig.mode", "invalid_value")]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"AUTO","allowedFunctionNames":["f"]}}}""", "toolConfig.functionCallingConfig.allowedFunctionNames", "invalid_value")]
    public void Request_Wrong_NamesTheMember(string body, string? param, string code)
    {
        var failure = Assert.Throws<WireRequestException>(() => Wire.Read(body));

        Assert.Equal((param, code), (failure.Param, failure.Code));
    }

    [Theory]
    [InlineData("""{"type":"ARRAY","items":{"type":"NUMBER"},"minItems":"1","maxItems":"3"}""", """{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":3}""")]
    [InlineData("""{"type":"STRING","format":"enum","enum":["a","b"],"nullable":true}""", """{"type":["string","null"],"enum":["a","b",null]}""")]
    [InlineData("""{"any_of":[{"type":"STRING"},{"type":"OBJECT","properties":{"max_items":{"type":"BOOLEAN"}}}]}""", """{"anyOf":[{"type":"string"},{"type":"object","properties":{"max_items":{"type":"boolean"}}}]}""")]
    [InlineData("""{"type":"OBJECT","properties":{"z":{"type":"STRING","example":"q"}},"additionalProperties":false}""", """{"type":"object","properties":{"z":{"type":"string","examples":["q"]}},"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]}},"$defs":{"x":{"type":"integer"}}}""", """{"type":"object","properties":{"a":{"type":["string","null"]}},"$defs":{"x":{"type":"integer"}}}""")]
    public void Schema_OfGoogle_BecomesJsonSchema(string own, string expected)
    {
        var schema = GeminiSchema.ToJsonSchema(new RequestElement(JsonElement.Parse(own), "s"));

        Assert.Equal(expected, schema.GetRawText());
    }

    private static string Raw(object? value) => ((JsonElement)value!).GetRawText();
}
