using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama.Tests;

public sealed class ChatWriterTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hi")];

    [Fact]
    public void Request_SaysWhetherItStreams_AndNeverLetsTheServerCut()
    {
        var whole = Write(Hello).Body;
        var stream = Write(Hello, isStreaming: true).Body;

        Assert.False(whole.GetProperty("stream").GetBoolean());
        Assert.True(stream.GetProperty("stream").GetBoolean());
        Assert.False(whole.GetProperty("truncate").GetBoolean());
        Assert.False(whole.GetProperty("shift").GetBoolean());
    }

    [Fact]
    public void Sampling_GoesUnderOllamasNames()
    {
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            TopP = 0.25f,
            TopK = 40,
            Seed = 7,
            FrequencyPenalty = 1,
            PresencePenalty = -1,
            MaxOutputTokens = 30,
            StopSequences = ["END", "\n"],
            AdditionalProperties = new() { ["min_p"] = Json("0.125"), ["repeat_penalty"] = 1.5 },
        };

        var sent = Write(Hello, options, serving: new OllamaServing { NumCtx = 8192 }).Body.GetProperty("options");

        Assert.Equal(
            """{"num_ctx":8192,"temperature":0.5,"top_p":0.25,"frequency_penalty":1,"presence_penalty":-1,"top_k":40,"num_predict":30,"seed":7,"stop":["END","\n"],"min_p":0.125,"repeat_penalty":1.5}""",
            sent.GetRawText());
    }

    [Theory]
    [InlineData("10m", "\"10m\"")]
    [InlineData("-1", "-1")]
    [InlineData("300", "300")]
    public void KeepAlive_IsANumberOfSecondsOrADuration(string setting, string sent) =>
        Assert.Equal(sent, Write(Hello, serving: new OllamaServing { KeepAlive = setting }).Body.GetProperty("keep_alive").GetRawText());

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("high", "\"high\"")]
    public void Think_IsASwitchOrALevel(string setting, string sent) =>
        Assert.Equal(sent, Write(Hello, serving: new OllamaServing { Think = setting }).Body.GetProperty("think").GetRawText());

    [Fact]
    public void Format_IsTheSchemaItself_OrJson()
    {
        var schema = Json("""{"type":"object","properties":{"a":{"type":"integer"}}}""");

        var held = Write(Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "a") }).Body;
        var loose = Write(Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.Json }).Body;
        var text = Write(Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.Text }).Body;

        Assert.Equal(schema.GetRawText(), held.GetProperty("format").GetRawText());
        Assert.Equal("json", loose.GetProperty("format").GetString());
        Assert.False(text.TryGetProperty("format", out _));
    }

    [Fact]
    public void SchemaThatAllowsEverything_IsJson() =>
        Assert.Equal("json", Write(Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("true"), "a") }).Body.GetProperty("format").GetString());

    [Theory]
    [InlineData("false")]
    [InlineData("null")]
    [InlineData("[]")]
    public void SchemaThatIsNone_IsRefused_NotForgotten(string schema)
    {
        var failure = Assert.Throws<WireRequestException>(() => Write(Hello, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json(schema), "a") }));

        Assert.Equal("response_format", failure.Param);
    }

    [Fact]
    public void TextBesideAToolsResult_IsSaidToo()
    {
        var turn = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "21"), new TextContent("The sensor is old.")]);

        var messages = Write([.. Hello, turn]).Body.GetProperty("messages");

        Assert.Equal(["21", "The sensor is old."], messages.EnumerateArray().Skip(1).Select(message => message.GetProperty("content").GetString()));
    }

    [Fact]
    public void Image_IsBase64WithoutItsHead()
    {
        var message = new ChatMessage(ChatRole.User, [new TextContent("What is "), new DataContent("data:image/png;base64,iVBORw0KGgo="), new TextContent("this?")]);

        var sent = Write([message]).Body.GetProperty("messages")[0];

        Assert.Equal("What is this?", sent.GetProperty("content").GetString());
        Assert.Equal("iVBORw0KGgo=", Assert.Single(sent.GetProperty("images").EnumerateArray()).GetString());
    }

    [Fact]
    public void ImageAtAnAddress_IsRefusedWithWhatToDo()
    {
        var message = new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new UriContent("https://example.com/a.png", "image/*")]);

        var failure = Assert.Throws<WireRequestException>(() => Write([message]));

        Assert.True(failure.IsUnsupported);
        Assert.Equal("messages[0].content[1]", failure.Param);
        Assert.Contains("data URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToolTurn_ArgumentsAreAnObject_AndResultsNameTheirTool()
    {
        ChatMessage[] turn =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant, [new TextReasoningContent("hm"), new FunctionCallContent("call_1", "weather", new Dictionary<string, object?> { ["city"] = "Oslo", ["days"] = 2 })]),
            new(ChatRole.Tool, [new FunctionResultContent("call_1", "rain"), new FunctionResultContent("call_9", new Dictionary<string, object?> { ["c"] = 3 })]),
        ];

        var sent = Write(turn).Body.GetProperty("messages");

        Assert.Equal(
            """{"role":"assistant","content":"","thinking":"hm","tool_calls":[{"id":"call_1","function":{"index":0,"name":"weather","arguments":{"city":"Oslo","days":2}}}]}""", sent[1].GetRawText());
        Assert.Equal("""{"role":"tool","content":"rain","tool_name":"weather","tool_call_id":"call_1"}""", sent[2].GetRawText());
        Assert.Equal("""{"role":"tool","content":"{\"c\":3}","tool_call_id":"call_9"}""", sent[3].GetRawText());
    }

    [Fact]
    public void ArgumentsThatAreNoObject_AreRefused_NotEmptied()
    {
        var call = new FunctionCallContent("c", "f") { AdditionalProperties = new() { ["openai.arguments"] = "[1]" } };

        Assert.True(Assert.Throws<WireRequestException>(() => Write([new ChatMessage(ChatRole.Assistant, [call])])).IsUnsupported);
    }

    [Fact]
    public void Tools_AreInOpenAIsForm_AndNoneMeansNone()
    {
        var tools = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("add", "Adds.", Json("""{"type":"object"}"""))] };
        var none = new ChatOptions { Tools = tools.Tools, ToolMode = ChatToolMode.None };

        Assert.Equal(
            """[{"type":"function","function":{"name":"add","description":"Adds.","parameters":{"type":"object"}}}]""", Write(Hello, tools).Body.GetProperty("tools").GetRawText());
        Assert.False(Write(Hello, none).Body.TryGetProperty("tools", out _));
    }

    [Theory]
    [InlineData("n", "2")]
    [InlineData("tool_choice", """{"type":"allowed_tools"}""")]
    [InlineData("functions", "[]")]
    public void WhatWouldChangeTheAnswer_IsRefused(string name, string value)
    {
        var failure = Assert.Throws<WireRequestException>(() => Write(Hello, new ChatOptions { AdditionalProperties = new() { [name] = Json(value) } }));

        Assert.True(failure.IsUnsupported);
        Assert.Equal(name, failure.Param);
    }

    [Fact]
    public void ForcedTool_IsRefused()
    {
        var options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("f", "", Json("{}"))], ToolMode = ChatToolMode.RequireAny };

        Assert.Equal("tool_choice", Assert.Throws<WireRequestException>(() => Write(Hello, options)).Param);
    }

    [Fact]
    public void WhatTheAnswerIsOfUseWithout_IsToldOnce()
    {
        var message = new ChatMessage(ChatRole.User, "Hi") { AuthorName = "Ann" };
        var options = new ChatOptions
        {
            AllowMultipleToolCalls = false,
            Tools = [AIFunctionFactory.CreateDeclaration("f", "", Json("{}"))],
            AdditionalProperties = new() { ["logit_bias"] = Json("{\"1\":5}"), ["user"] = Json("\"u\""), ["n"] = Json("1"), ["store"] = Json("false"), ["strict"] = true, ["openai.note"] = 1, ["logprobs"] = Json("false") },
        };

        var (body, left) = Write([message, message], options);

        Assert.Equal(["logit_bias", "messages.name", "parallel_tool_calls", "user"], left.Order());
        Assert.DoesNotContain("logit_bias", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Logprobs_WhereAskedFor()
    {
        var (body, left) = Write(Hello, new ChatOptions { AdditionalProperties = new() { ["logprobs"] = Json("true"), ["top_logprobs"] = Json("3") } });

        Assert.True(body.GetProperty("logprobs").GetBoolean());
        Assert.Equal(3, body.GetProperty("top_logprobs").GetInt32());
        Assert.Empty(left);
    }

    [Theory]
    [InlineData("developer", "system")]
    [InlineData("system", "system")]
    [InlineData("tool", "tool")]
    public void Roles_AreOllamas(string role, string sent) =>
        Assert.Equal(sent, Write([new ChatMessage(new ChatRole(role), "x")]).Body.GetProperty("messages")[0].GetProperty("role").GetString());

    [Fact]
    public void RoleThatOllamaLacks_IsRefused() =>
        Assert.Equal("messages[0].role", Assert.Throws<WireRequestException>(() => Write([new ChatMessage(new ChatRole("function"), "x")])).Param);

    private static (JsonElement Body, IReadOnlyList<string> LeftOut) Write(ChatMessage[] messages, ChatOptions? options = null, bool isStreaming = false, OllamaServing? serving = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var left = OllamaChatWriter.Write(output, "m", messages, options, serving ?? new OllamaServing(), isStreaming);
        return (JsonElement.Parse(output.WrittenSpan), left.Dropped);
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
