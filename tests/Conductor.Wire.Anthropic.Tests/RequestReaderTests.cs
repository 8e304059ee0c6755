using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class RequestReaderTests
{
    private const string Hello = """{"role":"user","content":"hi"}""";

    [Fact]
    public void Read_EverythingAtOnce_IsTyped()
    {
        var request = AnthropicRequestReader.Read(Bytes.Of("""
            {"model":"claude-x","max_tokens":64,"stream":true,"temperature":0.5,"top_p":0.25,"top_k":7,"stop_sequences":["END"],"system":"Be brief.",
             "metadata":{"user_id":"u1"},"service_tier":"standard_only","tool_choice":{"type":"any","disable_parallel_tool_use":true},
             "tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}},"strict":true}],
             "thinking":{"type":"enabled","budget_tokens":2048},"output_config":{"effort":"xhigh","format":{"type":"json_schema","schema":{"type":"object"}}},
             "inference_geo":"us","messages":[{"role":"user","content":"hi"}]}
            """));

        var options = request.Options;
        Assert.True(request.IsStreaming);
        Assert.Equal(("claude-x", 64, 0.5f, 0.25f, 7), (options.ModelId, options.MaxOutputTokens, options.Temperature, options.TopP, options.TopK));
        Assert.Equal(["END"], options.StopSequences);
        Assert.Equal(ChatRole.System, request.Messages[0].Role);
        Assert.Equal("Be brief.", request.Messages[0].Text);
        Assert.Equal("u1", Text(options, "user"));
        Assert.Equal("default", Text(options, "service_tier"));
        Assert.Equal("us", Text(options, "anthropic:inference_geo"));
        Assert.Equal(ChatToolMode.RequireAny, options.ToolMode);
        Assert.False(options.AllowMultipleToolCalls);
        var tool = Assert.IsType<AIFunctionDeclaration>(Assert.Single(options.Tools!), exactMatch: false);
        Assert.Equal(("f", "d", true), (tool.Name, tool.Description, tool.AdditionalProperties[ChatKeys.Strict]));
        Assert.Equal(2048L, options.AdditionalProperties![ChatKeys.ThinkingBudget]);
        Assert.Equal(ReasoningEffort.ExtraHigh, options.Reasoning!.Effort);
        Assert.NotNull(Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema);
    }

    [Fact]
    public void Read_Blocks_BecomeContents()
    {
        var request = AnthropicRequestReader.Read(Bytes.Of("""
            {"model":"m","max_tokens":1,"messages":[
              {"role":"user","content":[{"type":"text","text":"see","cache_control":{"type":"ephemeral","ttl":"1h"}},
                {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},
                {"type":"image","source":{"type":"url","url":"https://x.test/a.png"}},
                {"type":"image","source":{"type":"file","file_id":"file_1"}},
                {"type":"document","title":"t","source":{"type":"base64","media_type":"application/pdf","data":"aGk="}},
                {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}},
                {"type":"search_result","source":"s","title":"t","content":[]}]},
              {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"eHh4"},
                {"type":"tool_use","id":"t1","name":"f","input":{"a":1}},{"type":"tool_use","id":"t2","name":"g","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"one"},
                {"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"two"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]},
                {"type":"text","text":"and?"}]}]}
            """));

        Assert.Equal(["user", "assistant", "tool", "user"], request.Messages.Select(message => message.Role.Value));
        var user = request.Messages[0].Contents;
        Assert.Equal("1h", ((JsonElement)user[0].AdditionalProperties![ChatKeys.CacheControl]!).GetProperty("ttl").GetString());
        Assert.Equal("image/png", Assert.IsType<DataContent>(user[1]).MediaType);
        Assert.Equal("https://x.test/a.png", Assert.IsType<UriContent>(user[2]).Uri.ToString());
        Assert.Equal("file_1", Assert.IsType<HostedFileContent>(user[3]).FileId);
        Assert.Equal("t", Assert.IsType<DataContent>(user[4]).Name);
        Assert.Equal("text/plain", Assert.IsType<DataContent>(user[5]).MediaType);
        Assert.True(user[6].AdditionalProperties!.ContainsKey("anthropic:block"));
        var assistant = request.Messages[1].Contents;
        var thinking = Assert.IsType<TextReasoningContent>(assistant[0]);
        Assert.Equal(("hm", "c2ln", "anthropic"), (thinking.Text, thinking.ProtectedData, thinking.AdditionalProperties![ChatKeys.SignatureMaker]));
        var withheld = Assert.IsType<TextReasoningContent>(assistant[1]);
        Assert.Equal(("eHh4", true), (withheld.ProtectedData, withheld.AdditionalProperties![ChatKeys.Redacted]));
        Assert.Equal(["f", "g"], assistant.OfType<FunctionCallContent>().Select(call => call.Name));
        var results = request.Messages[2].Contents.Cast<FunctionResultContent>().ToList();
        Assert.Equal("one", results[0].Result);
        Assert.Equal(2, Assert.IsType<List<AIContent>>(results[1].Result).Count);
        Assert.Equal(true, results[1].AdditionalProperties![ChatKeys.ToolFailed]);
    }

    public static TheoryData<string, string?, string> Wrong() => new()
    {
        { "{", null, WireRequestCodes.InvalidJson },
        { "[]", null, WireRequestCodes.InvalidJson },
        { """{"messages":[],"messages":[]}""", null, WireRequestCodes.DuplicateMember },
        { $$"""{"model":"m","messages":[{{Hello}}]}""", "max_tokens", WireRequestCodes.MissingMember },
        { $$"""{"model":"m","max_tokens":0,"messages":[{{Hello}}]}""", "max_tokens", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1}""", "messages", WireRequestCodes.MissingMember },
        { """{"max_tokens":1,"messages":[]}""", "messages", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":{}}""", "messages", WireRequestCodes.InvalidType },
        { """{"max_tokens":1,"messages":[7]}""", "messages[0]", WireRequestCodes.InvalidType },
        { """{"max_tokens":1,"messages":[{"role":"tool","content":"x"}]}""", "messages[0].role", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"user"}]}""", "messages[0].content", WireRequestCodes.MissingMember },
        { """{"max_tokens":1,"messages":[{"role":"user","content":""}]}""", "messages[0].content", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text", WireRequestCodes.MissingMember },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type", WireRequestCodes.MissingMember },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]}]}""", "messages[0].content[0].type", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_result","tool_use_id":"t"}]}]}""", "messages[0].content[0].type", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":[]}]}]}""", "messages[0].content[0].input", WireRequestCodes.InvalidType },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"!"}}]}]}""", "messages[0].content[0].source.data", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"png","data":"aGk="}}]}]}""", "messages[0].content[0].source.media_type", WireRequestCodes.InvalidValue },
        { """{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"ftp://x"}}]}]}""", "messages[0].content[0].source.url", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"system":[{"type":"image","source":{"type":"url","url":"https://x.test"}}],"messages":[{{{Hello}}}]}""", "system", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"temperature":1.5,"messages":[{{{Hello}}}]}""", "temperature", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"top_k":-1,"messages":[{{{Hello}}}]}""", "top_k", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"stream":"yes","messages":[{{{Hello}}}]}""", "stream", WireRequestCodes.InvalidType },
        { $$$"""{"max_tokens":1,"stop_sequences":"x","messages":[{{{Hello}}}]}""", "stop_sequences", WireRequestCodes.InvalidType },
        { $$$"""{"max_tokens":1,"tools":[{"name":"f"}],"messages":[{{{Hello}}}]}""", "tools[0].input_schema", WireRequestCodes.MissingMember },
        { $$$"""{"max_tokens":1,"tool_choice":{"type":"tool"},"messages":[{{{Hello}}}]}""", "tool_choice.name", WireRequestCodes.MissingMember },
        { $$$"""{"max_tokens":1,"tool_choice":{"type":"some"},"messages":[{{{Hello}}}]}""", "tool_choice.type", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"thinking":{"type":"enabled"},"messages":[{{{Hello}}}]}""", "thinking.budget_tokens", WireRequestCodes.MissingMember },
        { $$$"""{"max_tokens":1,"thinking":{"type":"enabled","budget_tokens":12},"messages":[{{{Hello}}}]}""", "thinking.budget_tokens", WireRequestCodes.InvalidValue },
        { $$$"""{"max_tokens":1,"output_config":{"format":{"type":"json_schema"}},"messages":[{{{Hello}}}]}""", "output_config.format.schema", WireRequestCodes.MissingMember },
        { $$"""{"max_tokens":1,"metadata":{"user_id":7},"messages":[{{Hello}}]}""", "metadata.user_id", WireRequestCodes.InvalidType },
        { """{"max_tokens":1,"messages":[{"role":"user","content":"\ud800"}]}""", null, WireRequestCodes.InvalidJson },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Read_Wrong_NamesTheMember(string body, string? param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => AnthropicRequestReader.Read(Bytes.Of(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
    }

    [Fact]
    public void ReadCount_WithoutMaxTokens_IsRead()
    {
        var request = AnthropicRequestReader.ReadCount(Bytes.Of($$"""{"model":"m","messages":[{{Hello}}]}"""));

        Assert.Equal("hi", Assert.Single(request.Messages).Text);
    }

    private static string? Text(ChatOptions options, string key) => ((JsonElement)options.AdditionalProperties![key]!).GetString();
}
