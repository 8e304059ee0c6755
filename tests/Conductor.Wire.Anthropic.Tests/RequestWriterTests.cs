using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class RequestWriterTests
{
    private static readonly AnthropicTarget Target = new(4096);

    public static TheoryData<string> RoundTrips() =>
    [
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Grüße 😀"}]}""",
        """{"model":"m","max_tokens":9,"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}""",
        """{"model":"m","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}""",
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"aGk="}},{"type":"image","source":{"type":"url","url":"https://x.test/a.png"}},{"type":"image","source":{"type":"file","file_id":"f"}},{"type":"text","text":"what?"}]}]}""",
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"aGk="},"title":"t","context":"c","citations":{"enabled":true}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"}},{"type":"document","source":{"type":"url","url":"https://x.test/a.pdf"},"title":"u"},{"type":"document","source":{"type":"content","content":"inner"}}]}]}""",
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"eHh4"},{"type":"text","text":"on it"},{"type":"tool_use","id":"t1","name":"f","input":{"a":[1,null,{"b":"c"}]}},{"type":"tool_use","id":"t2","name":"g","input":{},"cache_control":{"type":"ephemeral"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r1"},{"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}],"is_error":true,"cache_control":{"type":"ephemeral"}},{"type":"text","text":"go on"}]}]}""",
        """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]}]},{"role":"assistant","content":[{"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"x"}},{"type":"web_search_tool_result","tool_use_id":"s1","content":[]},{"type":"text","text":"so","citations":[{"type":"char_location","cited_text":"x"}]}]},{"role":"user","content":"more"}]}""",
        """{"model":"m","max_tokens":9,"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}},"strict":true,"cache_control":{"type":"ephemeral"},"input_examples":[{}]},{"type":"web_search_20250305","name":"web_search","max_uses":3}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"none"},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"max"},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"thinking":{"type":"disabled"},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false}}},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"thinking":{"type":"disabled"},"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"temperature":0.5,"top_p":0.25,"top_k":3,"stop_sequences":["a","b"],"metadata":{"user_id":"u"},"service_tier":"auto","inference_geo":"us","speed":"fast","container":{"id":"c"},"cache_control":{"type":"ephemeral"},"stream":true,"messages":[{"role":"user","content":"q"}]}""",
        """{"model":"m","max_tokens":9,"service_tier":"standard_only","context_management":{"edits":[]},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"{"}]}""",
    ];

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public void Write_WhatWasRead_IsTheSame(string body)
    {
        var request = AnthropicRequestReader.Read(Bytes.Of(body));

        var (written, left) = Write(request.Messages, request.Options, Target, request.IsStreaming);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), written), written.ToJsonString());
        Assert.Empty(left.Dropped);
        Assert.Empty(left.Changed);
    }

    [Fact]
    public void Write_SystemInTheMiddle_StaysWhereTheVersionHasTheRole()
    {
        const string body = """{"model":"m","max_tokens":9,"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"system","content":"now in French"},{"role":"user","content":"c"}]}""";
        var request = AnthropicRequestReader.Read(Bytes.Of(body));

        var (newer, _) = Write(request.Messages, request.Options, Target with { Version = AnthropicVersions.V20261021 });
        var (older, left) = Write(request.Messages, request.Options, Target);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), newer), newer.ToJsonString());
        Assert.Equal(["s", "now in French"], older["system"]!.AsArray().Select(block => (string)block!["text"]!));
        Assert.Equal(["user", "assistant", "user"], Roles(older));
        Assert.Equal(["messages.role"], left.Changed);
    }

    [Fact]
    public void Write_ResultsOfOneTurn_AreOneUserMessageBeforeItsText()
    {
        var (written, _) = Write(
            [
                new(ChatRole.User, "q"),
                new(ChatRole.Assistant, [new FunctionCallContent("a", "f"), new FunctionCallContent("b", "g")]),
                new(ChatRole.Tool, [new FunctionResultContent("a", "1")]),
                new(ChatRole.User, "hurry"),
                new(ChatRole.Tool, [new FunctionResultContent("b", new Dictionary<string, object?> { ["x"] = 2 })]),
                new(ChatRole.User, ""),
            ],
            null,
            Target);

        Assert.Equal(["user", "assistant", "user"], Roles(written));
        var blocks = written["messages"]![2]!["content"]!.AsArray();
        Assert.Equal(["tool_result", "tool_result", "text"], blocks.Select(block => (string)block!["type"]!));
        Assert.Equal("""{"x":2}""", (string)blocks[1]!["content"]!);
    }

    [Fact]
    public void Write_SameRoleTwice_IsOneTurnWithoutEmptyTexts()
    {
        var (written, _) = Write([new(ChatRole.User, "a"), new(ChatRole.User, ""), new(ChatRole.User, "b"), new(ChatRole.Assistant, "")], null, Target);

        var turn = Assert.Single(written["messages"]!.AsArray())!;
        Assert.Equal(["a", "b"], turn["content"]!.AsArray().Select(block => (string)block!["text"]!));
    }

    [Fact]
    public void Write_ToolIdsOfOthers_AreTranslatedAlike()
    {
        var (written, left) = Write(
            [new(ChatRole.User, "q"), new(ChatRole.Assistant, [new FunctionCallContent("f:0/1", "f")]), new(ChatRole.Tool, [new FunctionResultContent("f:0/1", "1")])], null, Target);

        Assert.Equal("f_0_1", (string)written["messages"]![1]!["content"]![0]!["id"]!);
        Assert.Equal("f_0_1", (string)written["messages"]![2]!["content"]![0]!["tool_use_id"]!);
        Assert.Contains("messages.tool_calls.id", left.Changed);
    }

    [Fact]
    public void Write_ThinkingOfOthers_IsDroppedAndSaid()
    {
        var foreign = new TextReasoningContent("x") { ProtectedData = "s", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "gemini" } };

        var (written, left) = Write([new(ChatRole.User, "q"), new(ChatRole.Assistant, [new TextReasoningContent("hm"), foreign, new TextContent("a")]), new(ChatRole.User, "r")], null, Target);

        Assert.Equal("a", (string)written["messages"]![1]!["content"]!);
        Assert.Equal(["messages.reasoning_content"], left.Dropped);
    }

    [Fact]
    public void Write_ThinkingInPieces_IsOneBlockWithItsSignature()
    {
        var signed = new TextReasoningContent("") { ProtectedData = "c2ln", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic" } };

        var (written, left) = Write([new(ChatRole.User, "q"), new(ChatRole.Assistant, [new TextReasoningContent("h"), new TextReasoningContent("m"), signed, new TextContent("a")])], null, Target);

        Assert.Equal("""{"type":"thinking","thinking":"hm","signature":"c2ln"}""", written["messages"]![1]!["content"]![0]!.ToJsonString());
        Assert.Empty(left.Dropped);
    }

    [Fact]
    public void Write_OpenAIsOptions_AreSaidOrReported()
    {
        var options = new ChatOptions
        {
            Temperature = 1.5f,
            Seed = 1,
            FrequencyPenalty = 1,
            PresencePenalty = 1,
            StopSequences = ["\n", "END"],
            ResponseFormat = ChatResponseFormat.Json,
            Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High },
            AdditionalProperties = new()
            {
                ["n"] = Json("1"), ["logprobs"] = Json("true"), ["logit_bias"] = Json("{}"), ["store"] = Json("false"), ["user"] = Json("\"u\""), ["service_tier"] = Json("\"flex\""),
                ["gemini:safetySettings"] = Json("[]"), ["verbosity"] = Json("\"low\""), ["modalities"] = Json("""["text"]"""),
            },
        };

        var (written, left) = Write([new(ChatRole.User, "q")], options, Target);

        Assert.Equal(["seed", "frequency_penalty", "presence_penalty", "logprobs", "logit_bias", "service_tier", "gemini:safetySettings", "verbosity", "stop"], left.Dropped.OrderBy(name => name == "stop"));
        Assert.Equal(["max_tokens", "response_format", "temperature"], left.Changed);
        Assert.Equal(4096, (int)written["max_tokens"]!);
        Assert.Equal(1, (int)written["temperature"]!);
        Assert.Equal("u", (string)written["metadata"]!["user_id"]!);
        Assert.Equal("high", (string)written["output_config"]!["effort"]!);
        Assert.Contains("JSON object", (string)written["system"]!, StringComparison.Ordinal);
        Assert.Equal("""["END"]""", written["stop_sequences"]!.ToJsonString());
    }

    [Theory]
    [InlineData(AnthropicSampling.All, "2023-06-01", "temperature,top_p,top_k", "")]
    [InlineData(AnthropicSampling.OneOfBoth, "2023-06-01", "temperature,top_k", "top_p")]
    [InlineData(AnthropicSampling.None, "2023-06-01", "", "temperature,top_p,top_k")]
    [InlineData(AnthropicSampling.All, "2026-10-21", "", "temperature,top_p,top_k")]
    public void Write_Sampling_GoesWhereTheModelTakesIt(AnthropicSampling sampling, string version, string said, string dropped)
    {
        var options = new ChatOptions { MaxOutputTokens = 5, Temperature = 0.5f, TopP = 0.5f, TopK = 5 };

        var (written, left) = Write([new(ChatRole.User, "q")], options, Target with { Sampling = sampling, Version = version });

        Assert.Equal(said, string.Join(',', ((string[])["temperature", "top_p", "top_k"]).Where(written.AsObject().ContainsKey)));
        Assert.Equal(dropped, string.Join(',', left.Dropped));
    }

    [Theory]
    [InlineData("2023-06-01", true)]
    [InlineData("2026-10-21", false)]
    public void Write_SamplingThatSaysNothing_IsNoLoss(string version, bool isSaid)
    {
        var (written, left) = Write([new(ChatRole.User, "q")], new ChatOptions { MaxOutputTokens = 5, Temperature = 1, TopP = 1 }, Target with { Sampling = AnthropicSampling.None, Version = version });

        Assert.Equal(isSaid, written.AsObject().ContainsKey("temperature"));
        Assert.Empty(left.Dropped);
    }

    [Fact]
    public void Write_ModelsWithoutEffortOrBudget_GetTheOther()
    {
        var high = new ChatOptions { MaxOutputTokens = 20_000, Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High } };
        var budget = new ChatOptions { MaxOutputTokens = 20_000, AdditionalProperties = new() { [ChatKeys.ThinkingBudget] = 5_000L } };

        var (older, effortLeft) = Write([new(ChatRole.User, "q")], high, Target with { TakesEffort = false });
        var (newer, budgetLeft) = Write([new(ChatRole.User, "q")], budget, Target with { TakesThinkingBudget = false });

        Assert.Equal("""{"type":"enabled","budget_tokens":16384}""", older["thinking"]!.ToJsonString());
        Assert.Equal(["reasoning_effort"], effortLeft.Changed);
        Assert.Equal("""{"type":"adaptive"}""", newer["thinking"]!.ToJsonString());
        Assert.Equal(["thinking.budget_tokens"], budgetLeft.Changed);
    }

    public static TheoryData<string, Func<ChatMessage>, ChatOptions?> Refused() => new()
    {
        { "n", Ask, new() { AdditionalProperties = new() { ["n"] = Json("2") } } },
        { "tool_choice", Ask, new() { AdditionalProperties = new() { ["tool_choice"] = Json("""{"type":"allowed_tools"}""") } } },
        { "functions", Ask, new() { AdditionalProperties = new() { ["functions"] = Json("[]") } } },
        { "modalities", Ask, new() { AdditionalProperties = new() { ["modalities"] = Json("""["audio"]""") } } },
        { "messages[0].content[0]", () => new(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")]), null },
        { "messages[0].content[0]", () => new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/tiff")]), null },
        { "messages[0].content[0]", () => new(ChatRole.User, [new UriContent("https://x.test/a.mp4", "video/mp4")]), null },
        { "messages[0].content[0]", () => new(ChatRole.User, [new HostedFileContent("file-openai")]), null },
        { "messages[0].role", () => new(new ChatRole("narrator"), "x"), null },
        { "messages", () => new(ChatRole.System, "only"), null },
        { "tools[0]", Ask, new() { Tools = [new HostedWebSearchTool()] } },
        { "messages[0].content[0]", () => new(ChatRole.Assistant, [new FunctionCallContent("a", "f") { AdditionalProperties = new() { [ChatKeys.RawArguments] = "oops" } }]), null },
        { "seed", Ask, new() { Seed = 1, MaxOutputTokens = 1, AdditionalProperties = new() { [ChatKeys.RefuseLosses] = true } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Write_WhatCannotBeSaid_IsRefusedByName(string param, Func<ChatMessage> message, ChatOptions? options)
    {
        var refused = Assert.Throws<WireRequestException>(() => Write([message()], options, Target));

        Assert.Equal(param, refused.Param);
    }

    [Theory]
    [InlineData("{}", """{"type":"object"}""")]
    [InlineData("""{"properties":{}}""", """{"type":"object","properties":{}}""")]
    [InlineData("""{"type":"object","required":[]}""", """{"type":"object","required":[]}""")]
    public void Write_Schema_SaysThatItIsAnObject(string schema, string written)
    {
        var tool = AIFunctionFactory.CreateDeclaration("f", null, Json(schema));

        var (body, _) = Write([new(ChatRole.User, "q")], new ChatOptions { Tools = [tool] }, Target);

        Assert.Equal(written, body["tools"]![0]!["input_schema"]!.ToJsonString());
    }

    [Fact]
    public void WriteCount_SaysOnlyWhatTakesRoom()
    {
        var request = AnthropicRequestReader.Read(Bytes.Of(
            """{"model":"m","max_tokens":9,"temperature":0.5,"stream":true,"metadata":{"user_id":"u"},"system":"s","tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"q"}]}"""));

        var text = Bytes.Text(output => AnthropicRequestWriter.WriteCount(output, "m", request.Messages, request.Options, Target));

        Assert.Equal(["model", "system", "messages", "tools"], JsonNode.Parse(text)!.AsObject().Select(member => member.Key));
    }

    private static ChatMessage Ask() => new(ChatRole.User, "q");

    private static IEnumerable<string> Roles(JsonNode body) => body["messages"]!.AsArray().Select(message => (string)message!["role"]!);

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private static (JsonNode Body, LossReport Left) Write(IEnumerable<ChatMessage> messages, ChatOptions? options, AnthropicTarget target, bool isStreaming = false)
    {
        LossReport? left = null;
        var text = Bytes.Text(output => left = AnthropicRequestWriter.Write(output, "m", messages, options, target, isStreaming));
        return (JsonNode.Parse(text)!, left!);
    }
}
