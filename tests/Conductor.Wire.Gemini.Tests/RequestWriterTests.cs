using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini.Tests;

public sealed class RequestWriterTests
{
    private static readonly ChatMessage Hello = new(ChatRole.User, "hi");

    [Fact]
    public void Write_Conversation_HasInstructionsContentsAndResultsTogether()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "be brief"),
            new(new ChatRole("developer"), "and kind"),
            new(ChatRole.User, [new TextContent("look"), new DataContent(new byte[] { 1, 2 }, "image/png")]),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["a"] = 1 }), new FunctionCallContent("c2", "g")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "one")]),
            new(ChatRole.Tool, [new FunctionResultContent("c2", JsonElement.Parse("""{"b":2}"""))]),
            new(ChatRole.User, "well?"),
        ];

        var (body, losses) = Wire.Write(messages);

        Wire.Same("""{"parts":[{"text":"be brief"},{"text":"and kind"}]}""", body["systemInstruction"]);
        Wire.Same("""
            [{"role":"user","parts":[{"text":"look"},{"inlineData":{"mimeType":"image/png","data":"AQI="}}]},
             {"role":"model","parts":[{"functionCall":{"id":"c1","name":"f","args":{"a":1}}},{"functionCall":{"id":"c2","name":"g","args":{}}}]},
             {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"output":"one"}}},{"functionResponse":{"id":"c2","name":"g","response":{"b":2}}}]},
             {"role":"user","parts":[{"text":"well?"}]}]
            """, body["contents"]);
        Assert.Empty(losses.Dropped.Concat(losses.Changed));
    }

    [Fact]
    public void Write_Options_AreAllInTheConfiguration()
    {
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            MaxOutputTokens = 100,
            Seed = 7,
            PresencePenalty = 0.25f,
            FrequencyPenalty = -0.25f,
            StopSequences = ["END"],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}"""), "x"),
            AdditionalProperties = new() { ["n"] = JsonElement.Parse("2"), ["logprobs"] = JsonElement.Parse("true"), ["top_logprobs"] = JsonElement.Parse("3"), ["service_tier"] = "default" },
        };

        var (body, losses) = Wire.Write([Hello], options);

        Wire.Same("""
            {"temperature":0.5,"topP":0.9,"presencePenalty":0.25,"frequencyPenalty":-0.25,"topK":40,"maxOutputTokens":100,"seed":7,"stopSequences":["END"],"candidateCount":2,
             "responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}}
            """, body["generationConfig"]);
        Assert.Equal("standard", (string?)body["serviceTier"]);
        Assert.Empty(losses.Dropped.Concat(losses.Changed));
    }

    [Fact]
    public void Write_WhatHasNoWordHere_IsReported()
    {
        var tool = AIFunctionFactory.CreateDeclaration("f", "", JsonElement.Parse("""{"type":"object"}"""));
        var options = new ChatOptions
        {
            Tools = [tool],
            AllowMultipleToolCalls = false,
            AdditionalProperties = new() { ["user"] = "u", ["logit_bias"] = JsonElement.Parse("{}"), ["anthropic:inference_geo"] = "eu", ["conductor.note"] = true },
        };
        var image = new DataContent(new byte[] { 1 }, "image/png") { AdditionalProperties = new() { ["detail"] = JsonElement.Parse("\"high\""), ["cache_control"] = JsonElement.Parse("{}") } };

        var (_, losses) = Wire.Write([new ChatMessage(ChatRole.User, [image]) { AuthorName = "eve" }], options);

        Assert.Equal(["messages.name", "messages.content.image_url.detail", "cache_control", "parallel_tool_calls", "user", "logit_bias", "anthropic:inference_geo"], losses.Dropped);
    }

    [Fact]
    public void Write_LossesRefused_Throws()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["user"] = "u", [ChatKeys.RefuseLosses] = true } };

        Assert.Equal("user", Assert.Throws<WireRequestException>(() => Wire.Write([Hello], options)).Param);
    }

    [Theory]
    [InlineData("https://example.org/a.png", false)]
    [InlineData("http://example.org/a.png", false)]
    [InlineData("https://generativelanguage.googleapis.com/v1beta/files/abc", true)]
    [InlineData("https://www.youtube.com/watch?v=1", true)]
    [InlineData("gs://bucket/a.png", true)]
    public void Write_FileByAddress_OnlyWhereGoogleReadsIt(string address, bool isSaid)
    {
        ChatMessage[] messages = [new(ChatRole.User, [new UriContent(new Uri(address), "image/png")])];

        if (isSaid)
        {
            Wire.Same($$$"""{"fileData":{"fileUri":"{{{address}}}","mimeType":"image/png"}}""", Wire.Write(messages).Body["contents"]![0]!["parts"]![0]);
            return;
        }

        var failure = Assert.Throws<WireRequestException>(() => Wire.Write(messages));
        Assert.True(failure.IsUnsupported);
        Assert.Contains("data URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AddressThatItsCallerGaveInThisDialect_IsPassedOn()
    {
        var request = Wire.Read("""{"contents":[{"parts":[{"fileData":{"fileUri":"https://example.org/a.pdf","mimeType":"application/pdf"}}]}]}""");

        Wire.Same("""{"fileData":{"fileUri":"https://example.org/a.pdf","mimeType":"application/pdf"}}""", Wire.Write(request.Messages).Body["contents"]![0]!["parts"]![0]);
    }

    public static TheoryData<string, AIContent> Unsayable() => new()
    {
        { "a part of another dialect", new AIContent { AdditionalProperties = new() { [ChatKeys.RawPart] = JsonElement.Parse("""{"type":"video_url"}""") } } },
        { "a file that is nobody's", new HostedFileContent("file-123") },
        { "arguments that are no object", new FunctionCallContent("c", "f") { AdditionalProperties = new() { [ChatKeys.RawArguments] = "[1]" } } },
        { "a result of nobody's call", new FunctionResultContent("ghost", "x") },
    };

    [Theory]
    [MemberData(nameof(Unsayable))]
    public void Write_WhatAnAnswerWouldBeWrongWithout_IsRefused(string what, AIContent content)
    {
        var failure = Assert.Throws<WireRequestException>(() => Wire.Write([new ChatMessage(ChatRole.Assistant, [content])]));

        Assert.StartsWith("messages[0].content[0]", failure.Param, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("gemini-2.5-flash", null)]
    [InlineData("gemini-3-pro-preview", GeminiRequestWriter.LostSignature)]
    [InlineData("models/gemini-3.5-flash", GeminiRequestWriter.LostSignature)]
    [InlineData("gemini-flash-latest", GeminiRequestWriter.LostSignature)]
    public void Write_CallWhoseSignatureWasLost_SaysSoToModelsThatAskForOne(string model, string? expected)
    {
        ChatMessage[] messages = [Hello, new(ChatRole.Assistant, [new FunctionCallContent("c1", "f"), new FunctionCallContent("c2", "g")]), new(ChatRole.Tool, [new FunctionResultContent("c1", ""), new FunctionResultContent("c2", "")])];

        var (body, losses) = Wire.Write(messages, null, model);

        var parts = body["contents"]![1]!["parts"]!;
        Assert.Equal(expected, (string?)parts[0]!["thoughtSignature"]);
        Assert.Null(parts[1]!["thoughtSignature"]); // calls side by side share the first one's
        Assert.Equal(expected is null ? [] : ["messages.tool_calls.extra_content.google.thought_signature"], losses.Changed);
    }

    [Theory]
    [InlineData("extra_content", """{"google":{"thought_signature":"c2ln"}}""")]
    [InlineData(ChatKeys.ThoughtSignature, "\"c2ln\"")]
    public void Write_SignatureThatWasKept_GoesBack(string key, string value)
    {
        var call = new FunctionCallContent("c1", "f") { AdditionalProperties = new() { [key] = JsonElement.Parse(value) } };

        var (body, losses) = Wire.Write([Hello, new ChatMessage(ChatRole.Assistant, [call])], null, "gemini-3-pro");

        Assert.Equal("c2ln", (string?)body["contents"]![1]!["parts"]![0]!["thoughtSignature"]);
        Assert.Empty(losses.Dropped.Concat(losses.Changed));
    }

    [Fact]
    public void Write_ThoughtOfAnotherMaker_GoesWithoutItsSignature()
    {
        var thought = new TextReasoningContent("hm") { ProtectedData = "sig", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic" } };

        var (body, losses) = Wire.Write([Hello, new ChatMessage(ChatRole.Assistant, [thought, new TextContent("a")])]);

        Wire.Same("""[{"text":"hm","thought":true},{"text":"a"}]""", body["contents"]![1]!["parts"]);
        Assert.Equal(["messages.reasoning_details"], losses.Dropped);
    }

    [Fact]
    public void Write_SystemMessageInTheMiddle_GoesToTheFrontAndIsReported()
    {
        var (body, losses) = Wire.Write([Hello, new ChatMessage(ChatRole.System, "now in French"), new ChatMessage(ChatRole.User, "go")]);

        Wire.Same("""{"parts":[{"text":"now in French"}]}""", body["systemInstruction"]);
        Assert.Equal(2, body["contents"]!.AsArray().Count);
        Assert.Equal(["messages.role"], losses.Changed);
    }

    [Fact]
    public void Write_SystemMessageAlone_IsTheUsers()
    {
        var (body, losses) = Wire.Write([new ChatMessage(ChatRole.System, "say hi")]);

        Wire.Same("""[{"role":"user","parts":[{"text":"say hi"}]}]""", body["contents"]);
        Assert.Null(body["systemInstruction"]);
        Assert.Equal(["messages.role"], losses.Changed);
    }

    [Fact]
    public void Write_ResultsOfAllKinds_AreObjects()
    {
        var calls = new ChatMessage(ChatRole.Assistant, [.. Enumerable.Range(0, 5).Select(i => new FunctionCallContent($"c{i}", "f"))]);
        var results = new ChatMessage(ChatRole.Tool,
        [
            new FunctionResultContent("c0", null),
            new FunctionResultContent("c1", JsonElement.Parse("[1,2]")),
            new FunctionResultContent("c2", "boom") { AdditionalProperties = new() { [ChatKeys.ToolFailed] = true } },
            new FunctionResultContent("c3", new Dictionary<string, object?> { ["k"] = true }),
            new FunctionResultContent("c4", new List<AIContent> { new TextContent("see"), new DataContent(new byte[] { 1 }, "image/png") }),
        ]);

        var parts = Wire.Write([calls, results]).Body["contents"]![1]!["parts"]!.AsArray();

        string[] expected = ["""{"output":""}""", """{"output":[1,2]}""", """{"error":"boom"}""", """{"k":true}""", """{"output":"see"}"""];
        for (var i = 0; i < expected.Length; i++)
        {
            Wire.Same(expected[i], parts[i]!["functionResponse"]!["response"]);
        }

        Wire.Same("""[{"inlineData":{"mimeType":"image/png","data":"AQ=="}}]""", parts[4]!["functionResponse"]!["parts"]);
    }

    [Fact]
    public void Write_ToolModes_AreModesHere()
    {
        var tool = AIFunctionFactory.CreateDeclaration("f", "does f", JsonElement.Parse("""{"type":"object"}"""));
        (ChatToolMode? Mode, string Expected)[] rows =
        [
            (ChatToolMode.Auto, """{"functionCallingConfig":{"mode":"AUTO"}}"""),
            (ChatToolMode.None, """{"functionCallingConfig":{"mode":"NONE"}}"""),
            (ChatToolMode.RequireAny, """{"functionCallingConfig":{"mode":"ANY"}}"""),
            (ChatToolMode.RequireSpecific("f"), """{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}"""),
        ];
        foreach (var (mode, expected) in rows)
        {
            Wire.Same(expected, Wire.Write([Hello], new ChatOptions { Tools = [tool], ToolMode = mode }).Body["toolConfig"]);
        }

        Assert.Null(Wire.Write([Hello], new ChatOptions { Tools = [tool] }).Body["toolConfig"]);
    }

    [Theory]
    [InlineData("required", "ANY", 0)]
    [InlineData("auto", "VALIDATED", 1)]
    public void Write_SomeOfTheTools_AreAllowedNames(string mode, string expected, int changes)
    {
        var tool = AIFunctionFactory.CreateDeclaration("f", "", JsonElement.Parse("""{"type":"object"}"""));
        var choice = JsonElement.Parse($$$"""{"type":"allowed_tools","allowed_tools":{"mode":"{{{mode}}}","tools":[{"type":"function","function":{"name":"f"}}]}}""");

        var (body, losses) = Wire.Write([Hello], new ChatOptions { Tools = [tool], AdditionalProperties = new() { ["tool_choice"] = choice } });

        Wire.Same($$$"""{"functionCallingConfig":{"mode":"{{{expected}}}","allowedFunctionNames":["f"]}}""", body["toolConfig"]);
        Assert.Equal(changes, losses.Changed.Count);
        Assert.Empty(losses.Dropped);
    }

    [Theory]
    [InlineData("gemini-2.5-flash", "low", """{"thinkingBudget":1024,"includeThoughts":true}""", false)]
    [InlineData("gemini-2.5-flash", "none", """{"thinkingBudget":0}""", false)]
    [InlineData("gemini-2.5-pro", "none", """{"thinkingBudget":128,"includeThoughts":true}""", true)]
    [InlineData("gemini-2.5-pro", "xhigh", """{"thinkingBudget":24576,"includeThoughts":true}""", true)]
    [InlineData("gemini-3-pro", "medium", """{"thinkingLevel":"MEDIUM","includeThoughts":true}""", false)]
    [InlineData("gemini-3.5-flash", "minimal", """{"thinkingLevel":"MINIMAL","includeThoughts":true}""", false)]
    [InlineData("gemini-3-pro", "minimal", """{"thinkingLevel":"LOW","includeThoughts":true}""", true)]
    [InlineData("gemini-3-flash", "none", """{"thinkingLevel":"MINIMAL"}""", true)]
    [InlineData("gemini-2.0-flash", "none", null, false)]
    public void Write_Effort_IsABudgetOrALevelByGeneration(string model, string effort, string? expected, bool isChanged)
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["reasoning_effort"] = JsonElement.Parse($"\"{effort}\"") } };

        var (body, losses) = Wire.Write([Hello], options, model);

        if (expected is null)
        {
            Assert.Null(body["generationConfig"]!["thinkingConfig"]);
        }
        else
        {
            Wire.Same(expected, body["generationConfig"]!["thinkingConfig"]);
        }

        Assert.Equal(isChanged ? ["reasoning_effort"] : [], losses.Changed);
        Assert.Empty(losses.Dropped);
    }

    [Theory]
    [InlineData("gemini-2.5-flash", 512, """{"thinkingBudget":512}""", 0)]
    [InlineData("gemini-2.5-flash", -1, """{"thinkingBudget":-1}""", 0)]
    [InlineData("gemini-3.5-flash", 512, """{"thinkingLevel":"LOW","includeThoughts":true}""", 1)]
    [InlineData("gemini-3.5-flash", -1, """{}""", 0)]
    public void Write_Budget_IsALevelWhereBudgetsAreRefused(string model, long budget, string expected, int changes)
    {
        var (body, losses) = Wire.Write([Hello], new ChatOptions { AdditionalProperties = new() { [ChatKeys.ThinkingBudget] = budget } }, model);

        var config = body["generationConfig"]!["thinkingConfig"]!.AsObject();
        config.Remove("includeThoughts");
        var wanted = JsonNode.Parse(expected)!.AsObject();
        wanted.Remove("includeThoughts");
        Wire.Same(wanted.ToJsonString(), config);
        Assert.Equal(changes, losses.Changed.Count);
    }

    [Fact]
    public void Write_EffortWithAModelThatDoesNotThink_IsDropped()
    {
        var (_, losses) = Wire.Write([Hello], new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } }, "gemini-2.0-flash");

        Assert.Equal(["reasoning_effort"], losses.Dropped);
    }

    [Fact]
    public void RoundTrip_ThroughTheTypes_LosesNothing()
    {
        const string Body = """
            {"systemInstruction":{"parts":[{"text":"s"}]},
             "contents":[
               {"role":"user","parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":"AQI=","displayName":"x.png"}},{"fileData":{"fileUri":"https://example.org/f","mimeType":"video/mp4"},"videoMetadata":{"fps":1}}]},
               {"role":"model","parts":[{"text":"t","thought":true,"thoughtSignature":"czE="},{"text":"b","thoughtSignature":"czI="},{"functionCall":{"id":"c","name":"f","args":{"x":[1,{"y":null}]}},"thoughtSignature":"czM="},{"text":"","thoughtSignature":"czQ="}]},
               {"role":"user","parts":[{"functionResponse":{"id":"c","name":"f","response":{"output":"ok"},"scheduling":"SILENT"}}]},
               {"role":"model","parts":[{"functionCall":{"name":"g","args":{}}}]},
               {"role":"user","parts":[{"functionResponse":{"name":"g","response":{"error":"no"}}}]}],
             "tools":[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object"}},{"name":"g","parametersJsonSchema":{"type":"object"}}]},{"urlContext":{}}],
             "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}},
             "generationConfig":{"temperature":1,"topP":0.5,"topK":3,"maxOutputTokens":9,"seed":1,"stopSequences":["x","y","z","w","v"],"candidateCount":3,"responseLogprobs":true,"logprobs":2,
               "responseMimeType":"application/json","responseJsonSchema":{"type":"object"},"thinkingConfig":{"thinkingBudget":5,"includeThoughts":false},"mediaResolution":"MEDIA_RESOLUTION_HIGH","speechConfig":{"languageCode":"de"}},
             "serviceTier":"flex","store":true,
             "safetySettings":[{"category":"A","threshold":"B"}],"cachedContent":"cachedContents/1","labels":{"a":"b"}}
            """;
        var request = Wire.Read(Body);

        var (written, losses) = Wire.Write(request.Messages, request.Options);

        Wire.Same(Body, written);
        Assert.Empty(losses.Dropped.Concat(losses.Changed));
    }

    [Fact]
    public void RoundTrip_WordsAsAnswers_StayInTheirOwnDialect()
    {
        const string Config = """{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["a","b"]}}""";
        var request = Wire.Read($$$"""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{{{Config}}}}""");

        Wire.Same(Config, Wire.Write(request.Messages, request.Options).Body["generationConfig"]);
    }
}
