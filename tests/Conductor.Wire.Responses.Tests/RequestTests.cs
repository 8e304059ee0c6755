using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses.Tests;

public sealed class RequestTests
{
    private const string Full = """
        {
          "model": "gpt-x", "instructions": "Be brief.", "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 50, "max_tool_calls": 3, "parallel_tool_calls": false,
          "store": false, "stream": true, "previous_response_id": null, "include": ["reasoning.encrypted_content", "file_search_call.results"], "metadata": {"a": "b"}, "service_tier": "flex",
          "truncation": "auto", "top_logprobs": 2, "user": "u", "safety_identifier": "s", "prompt_cache_key": "k", "moderation": {"model": "m"},
          "reasoning": {"effort": "high", "summary": "auto"},
          "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "description": "d", "strict": true}},
          "tools": [
            {"type": "function", "name": "f", "description": "does f", "parameters": {"type": "object", "properties": {}}, "strict": true, "defer_loading": true},
            {"type": "function", "name": "g", "parameters": null, "strict": null},
            {"type": "web_search", "search_context_size": "low"}
          ],
          "tool_choice": {"type": "function", "name": "f"},
          "input": [
            {"role": "developer", "content": "Rules."},
            {"type": "message", "role": "user", "content": [
              {"type": "input_text", "text": "Grüße 😀"}, {"type": "input_image", "image_url": "https://example.test/a.png", "detail": "high"},
              {"type": "input_image", "file_id": "file-1", "detail": "auto"}, {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "one"}, {"type": "summary_text", "text": "two"}], "encrypted_content": "gAAA=="},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{\"a\":1}", "status": "completed"},
            {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "f", "arguments": "not json"},
            {"type": "function_call_output", "call_id": "c1", "output": "done"},
            {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "final_answer", "content": [{"type": "output_text", "text": "Hi", "annotations": []}]},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"role": "user", "content": "again"}
          ]
        }
        """;

    [Fact]
    public void Read_EveryMember_FindsItsPlace()
    {
        var request = ResponsesRequestReader.Read(Bytes.Of(Full));
        var options = request.Options;

        Assert.Equal(("gpt-x", "Be brief."), (options.ModelId, options.Instructions));
        Assert.Equal((0.5f, 0.9f, 50, false), (options.Temperature, options.TopP, options.MaxOutputTokens, options.AllowMultipleToolCalls));
        Assert.Equal((true, false, null), (request.IsStreaming, request.IsStored, request.PreviousId));
        Assert.Equal(ReasoningEffort.High, options.Reasoning!.Effort);
        Assert.Equal("n", Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).SchemaName);
        Assert.Equal("f", Assert.IsType<RequiredChatToolMode>(options.ToolMode).RequiredFunctionName);
        Assert.Equal(["f", "g", "web_search"], options.Tools!.Select(tool => tool.Name));
        var extra = options.AdditionalProperties!;
        Assert.Equal(
            "logprobs,metadata,prompt_cache_key,responses:include,responses:max_tool_calls,responses:moderation,responses:reasoning.summary,responses:truncation,safety_identifier,service_tier,strict,top_logprobs,user,verbosity",
            string.Join(',', extra.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Read_Items_BecomeTurns()
    {
        var messages = ResponsesRequestReader.Read(Bytes.Of(Full)).Messages;

        Assert.Equal(["developer", "user", "assistant", "tool", "tool", "assistant", "user"], messages.Select(message => message.Role.Value));
        Assert.Equal(["TextContent", "UriContent", "HostedFileContent", "DataContent"], messages[1].Contents.Select(content => content.GetType().Name));
        var turn = messages[2].Contents;
        Assert.Equal(["one", "two"], turn.OfType<TextReasoningContent>().Select(content => content.Text));
        Assert.Equal((null, "gAAA=="), (turn.OfType<TextReasoningContent>().First().ProtectedData, turn.OfType<TextReasoningContent>().Last().ProtectedData));
        Assert.Equal("openai", turn.OfType<TextReasoningContent>().Last().AdditionalProperties![ChatKeys.SignatureMaker]);
        Assert.Equal(["c1", "c2"], turn.OfType<FunctionCallContent>().Select(call => call.CallId));
        Assert.Equal("not json", turn.OfType<FunctionCallContent>().Last().AdditionalProperties![ChatKeys.RawArguments]);
        Assert.Equal("done", Assert.IsType<FunctionResultContent>(messages[3].Contents[0]).Result);
        Assert.Equal(2, Assert.IsType<List<AIContent>>(Assert.IsType<FunctionResultContent>(messages[4].Contents[0]).Result).Count);
        Assert.Equal("Hi", messages[5].Text);
    }

    [Fact]
    public void Write_WhatWasRead_LosesNothing()
    {
        var request = ResponsesRequestReader.Read(Bytes.Of(Full));
        var loss = new LossReport();

        var written = JsonNode.Parse(Bytes.Text(output => ResponsesRequestWriter.Write(output, "gpt-x", request.Messages, request.Options, isStreaming: true, loss)))!.AsObject();

        Assert.Empty(loss.Dropped);
        Assert.Empty(loss.Changed);
        var wanted = JsonNode.Parse(Full)!.AsObject();
        wanted["include"]!.AsArray().Add("message.output_text.logprobs"); // what `top_logprobs` means
        wanted["include"] = new JsonArray([.. wanted["include"]!.AsArray().Select(item => item!.GetValue<string>()).Order(StringComparer.Ordinal).Select(item => (JsonNode)item)]);
        wanted.Remove("previous_response_id");
        wanted["tools"]![1]!["parameters"] = JsonNode.Parse("""{"type":"object","properties":{}}""");
        foreach (var message in wanted["input"]!.AsArray().Where(item => item!["role"]?.GetValue<string>() is "user" or "developer"))
        {
            // A string and one part of text are the same message; both say what they are.
            message!["type"] = "message";
            if (message["content"] is JsonValue text)
            {
                message["content"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = text.GetValue<string>() });
            }
        }

        Assert.Equal(Sorted(wanted), Sorted(written));
    }

    [Fact]
    public void Read_Text_IsOneUserMessage()
    {
        var request = ResponsesRequestReader.Read("""{"model":"m","input":"hi"}"""u8);

        var message = Assert.Single(request.Messages);
        Assert.Equal((ChatRole.User, "hi"), (message.Role, message.Text));
        Assert.True(request.IsStored);
        Assert.Null(request.Options.AdditionalProperties);
    }

    [Fact]
    public void Read_GoingOn_PutsTheConversationFirst()
    {
        var before = JsonElement.Parse("""[{"role":"user","content":"a"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]""");

        var request = ResponsesRequestReader.Read(JsonElement.Parse("""{"input":[{"type":"function_call_output","call_id":"c","output":"r"}],"previous_response_id":"resp_1"}"""), before.EnumerateArray());

        Assert.Equal(["user", "assistant", "tool"], request.Messages.Select(message => message.Role.Value));
        Assert.Equal("resp_1", request.PreviousId);
    }

    [Fact]
    public void Read_TurnThroughTheChatDialect_IsOneMessageWithItsCalls()
    {
        var request = ResponsesRequestReader.Read("""
            {"input":[{"role":"user","content":"q"},{"role":"assistant","content":"one"},{"role":"assistant","content":"two"},
              {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"b","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"a","output":"1"},{"type":"function_call_output","call_id":"b","output":"2"}]}
            """u8);

        var roles = string.Join(',', request.Messages.Select(message => $"{message.Role.Value}{message.Contents.OfType<FunctionCallContent>().Count()}"));

        // A chat wants all results right behind the message that holds all calls.
        Assert.Equal("user0,assistant0,assistant2,tool0,tool0", roles);
        Assert.NotEmpty(Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", request.Messages, null, isStreaming: false)));
    }

    [Fact]
    public void Read_AllowedTools_OffersThoseAlone()
    {
        var options = ResponsesRequestReader.Read("""
            {"input":"hi","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"},{"type":"mcp","server_label":"s"}],
             "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]}}
            """u8).Options;

        Assert.Equal(["g"], options.Tools!.Select(tool => tool.Name));
        Assert.Equal(ChatToolMode.RequireAny, options.ToolMode);
    }

    [Theory]
    [InlineData("""{"input":"hi","background":true}""", "background", WireRequestCodes.Unsupported)]
    [InlineData("""{"input":"hi","conversation":"conv_1"}""", "conversation", WireRequestCodes.Unsupported)]
    [InlineData("""{"input":"hi","prompt":{"id":"p"}}""", "prompt", WireRequestCodes.Unsupported)]
    [InlineData("""{"model":"m"}""", "input", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":null}""", "input", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":[]}""", "input", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":""}""", "input", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":7}""", "input", WireRequestCodes.InvalidType)]
    [InlineData("""{"input":[7]}""", "input[0]", WireRequestCodes.InvalidType)]
    [InlineData("""{"input":[{}]}""", "input[0].type", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":[{"role":"robot","content":"x"}]}""", "input[0].role", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":[{"role":"user"}]}""", "input[0].content", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":{"url":"x"}}]}]}""", "input[0].content[0].image_url", WireRequestCodes.InvalidType)]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"ftp://x"}]}]}""", "input[0].content[0].image_url", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":[{"type":"function_call","name":"f","arguments":"{}"}]}""", "input[0].call_id", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"c"}]}""", "input[0].output", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":[{"type":"item_reference","id":"msg_1"}]}""", "input[0]", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","temperature":3}""", "temperature", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","max_output_tokens":0}""", "max_output_tokens", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","text":{"format":{"type":"xml"}}}""", "text.format.type", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","text":{"format":{"type":"json_schema","name":"n"}}}""", "text.format.schema", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":"hi","truncation":"middle"}""", "truncation", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","tools":[{"type":"function"}]}""", "tools[0].name", WireRequestCodes.MissingMember)]
    [InlineData("""{"input":"hi","tool_choice":"maybe"}""", "tool_choice", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","tool_choice":{"type":"function","name":" "}}""", "tool_choice.name", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"x"}]}}""", "tool_choice.tools[0]", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":"hi","input":"ho"}""", null, WireRequestCodes.DuplicateMember)]
    [InlineData("""[]""", null, WireRequestCodes.InvalidJson)]
    public void Read_WhatIsWrong_IsNamed(string body, string? param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => ResponsesRequestReader.Read(Bytes.Of(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
        Assert.EndsWith(".", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatTheDialectLacks_IsReportedOrRefused()
    {
        var options = new ChatOptions
        {
            Seed = 1,
            StopSequences = ["x"],
            FrequencyPenalty = 1,
            TopK = 3,
            AdditionalProperties = new() { ["logit_bias"] = JsonElement.Parse("{}"), ["anthropic:inference_geo"] = "eu", ["n"] = JsonElement.Parse("1") },
        };
        var loss = new LossReport();

        Bytes.Text(output => ResponsesRequestWriter.Write(output, "m", [new ChatMessage(ChatRole.User, "hi")], options, isStreaming: false, loss));

        Assert.Equal(["seed", "stop", "frequency_penalty", "top_k", "logit_bias", "anthropic:inference_geo"], loss.Dropped);
        options.AdditionalProperties["n"] = JsonElement.Parse("2");
        var refused = Assert.Throws<WireRequestException>(() => Bytes.Text(output => ResponsesRequestWriter.Write(output, "m", [new ChatMessage(ChatRole.User, "hi")], options, false, loss)));
        Assert.Equal(("n", true), (refused.Param, refused.IsUnsupported));
    }

    [Fact]
    public void Write_ReasoningOfAnotherMaker_IsLeftOutAndReported()
    {
        var thinking = new TextReasoningContent("hm") { ProtectedData = "sig", AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic" } };
        var loss = new LossReport();

        var body = Bytes.Text(output => ResponsesRequestWriter.Write(output, "m", [new ChatMessage(ChatRole.Assistant, [thinking, new TextContent("Hi")])], null, false, loss));

        Assert.DoesNotContain("reasoning\"", JsonNode.Parse(body)!["input"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["messages.reasoning_content"], loss.Dropped);
    }

    [Fact]
    public void Write_ItemsWhoseReasoningAnotherMakerSealed_LeaveThatOut()
    {
        var request = ResponsesRequestReader.Read("""
            {"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"conductor.anthropic.sig"},{"type":"reasoning","id":"rs_2","summary":[]},
              {"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"gAAA"},{"role":"assistant","content":"Hi"}]}
            """u8);
        var loss = new LossReport();

        var body = JsonNode.Parse(Bytes.Text(output => ResponsesRequestWriter.Write(output, "m", request.Messages, request.Options, false, loss)))!;

        Assert.Equal("rs_3", string.Join(',', body["input"]!.AsArray().Select(item => item!["id"]?.GetValue<string>()).OfType<string>()));
        Assert.Equal(["messages.reasoning_content"], loss.Dropped);
    }

    [Fact]
    public void Write_ToolsOfTheChatDialect_MeanTheSame()
    {
        var chat = OpenAIRequestReader.Read("""
            {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"reasoning_effort":"minimal","verbosity":"low","logprobs":true,
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},{"type":"custom","custom":{"name":"c","description":"d"}}],
             "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}}}
            """u8);

        var body = JsonNode.Parse(Bytes.Text(output => ResponsesRequestWriter.Write(output, "m", chat.Messages, chat.Options, false, new LossReport())))!;

        // Without a word a chat's function is not strict; here it would be.
        Assert.Equal("""[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false},{"type":"custom","name":"c","description":"d"}]""", body["tools"]!.ToJsonString());
        Assert.Equal("""{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}""", body["tool_choice"]!.ToJsonString());
        Assert.Equal("minimal", body["reasoning"]!["effort"]!.GetValue<string>());
        Assert.Equal("low", body["text"]!["verbosity"]!.GetValue<string>());
        Assert.Equal("""["message.output_text.logprobs","reasoning.encrypted_content"]""", body["include"]!.ToJsonString());
    }

    private static string Sorted(JsonNode? node) => node switch
    {
        JsonObject members => "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"\"{member.Key}\":{Sorted(member.Value)}")) + "}",
        JsonArray items => "[" + string.Join(',', items.Select(Sorted)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };
}
