using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class RequestTests
{
    /// <summary>Requests whose every member must come out again as it went in.</summary>
    public static TheoryData<string> RoundTrips => new()
    {
        """{"model":"m","messages":[{"role":"user","content":"hi \u00e4 \ud83d\ude00"}]}""",
        """{"model":"m","messages":[{"role":"developer","content":"d"},{"role":"system","content":"s","name":"boss"},{"role":"user","content":"u","name":"ann"},{"role":"assistant","content":"a"}]}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0.7,"top_p":0.9,"frequency_penalty":-1.5,"presence_penalty":2,"max_tokens":5,"seed":-9007199254740993,"stop":["a","b"]}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"n":2,"user":"u","logprobs":true,"top_logprobs":3,"logit_bias":{"50256":-100},"metadata":{"a":"b"},"store":false,"service_tier":"flex","verbosity":"low","top_k":40,"min_p":0.05,"chat_template_kwargs":{"enable_thinking":false}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"xhigh"}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"minimal"}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"text"}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string"}}},"strict":true}},{"type":"custom","custom":{"name":"c"}}],"tool_choice":"required","parallel_tool_calls":false}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"function","function":{"name":"f"}}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"extra_content":{"google":{"thought_signature":"sig"}}},{"id":"c2","type":"function","function":{"name":"g","arguments":"not json"}}]},{"role":"tool","tool_call_id":"c1","content":"42"}]}""",
        """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"https://x.test/a%20b.png?q=1","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},{"type":"file","file":{"file_id":"file-1"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"}}]}]}""",
        """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"video_url","video_url":{"url":"https://x.test/v.mp4"}}]}]}""",
        """{"model":"m","messages":[{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"no"}]}]}""",
        """{"model":"m","messages":[{"role":"assistant","content":"a","reasoning_content":"hm","audio":{"id":"au1"}}]}""",
        """{"model":"m","messages":[{"role":"user","content":""}]}""",
    };

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public void Request_ReadAndWritten_IsTheSameRequest(string body)
    {
        var request = OpenAIRequestReader.Read(Bytes.Of(body));

        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", request.Messages, request.Options, isStreaming: false));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(written)), written);
    }

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public void Request_ThatIsRead_IsAlsoPeeked(string body) => Assert.Equal("m", OpenAIPeek.Read(Bytes.Of(body)).Model);

    [Fact]
    public void Request_EveryTypedMember_IsWhereItBelongs()
    {
        var request = OpenAIRequestReader.Read("""
            {"model":"gpt","messages":[{"role":"developer","content":"d"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":[1]}"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"o"},{"type":"text","text":"k"}]}],
            "max_tokens":5,"max_completion_tokens":7,"stop":"end","stream":true,"stream_options":{"include_usage":true},"provider":"p","reasoning_effort":"low","user":"u"}
            """u8);

        Assert.Equal("gpt", request.Options.ModelId);
        Assert.Equal(7, request.Options.MaxOutputTokens);
        Assert.Equal(["end"], request.Options.StopSequences!);
        Assert.True(request.IsStreaming);
        Assert.True(request.WantsUsage);
        Assert.Equal(ReasoningEffort.Low, request.Options.Reasoning!.Effort);
        Assert.Equal(["user"], request.Options.AdditionalProperties!.Keys);
        Assert.Equal(["developer", "assistant", "tool"], request.Messages.Select(message => message.Role.Value));
        var call = Assert.IsType<FunctionCallContent>(Assert.Single(request.Messages[1].Contents));
        Assert.Equal("[1]", ((JsonElement)call.Arguments!["a"]!).GetRawText());
        Assert.Equal("ok", Assert.IsType<FunctionResultContent>(Assert.Single(request.Messages[2].Contents)).Result);
    }

    [Theory]
    [InlineData("""{}""", "messages")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":"x"}""", "messages")]
    [InlineData("""{"messages":["x"]}""", "messages[0]")]
    [InlineData("""{"messages":[{}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"king","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":null}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":[5]}]}""", "messages[0].content[0]")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}""", "messages[0].content[1].image_url.url")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,@@@"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"@@","format":"wav"}}]}]}""", "messages[0].content[0].input_audio.data")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"file","file":{}}]}]}""", "messages[0].content[0].file.file_data")]
    [InlineData("""{"messages":[{"role":"assistant","content":null}]}""", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"id":"c"}]}]}""", "messages[0].tool_calls[0].function")]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"messages":[{"role":"tool","tool_call_id":"c","content":[{"type":"image_url"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"temperature":-1}""", "temperature")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"temperature":1e999}""", "temperature")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"top_p":1.1}""", "top_p")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"n":0}""", "n")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"n":2.5}""", "n")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"max_tokens":-5}""", "max_tokens")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"stop":["1","2","3","4","5"]}""", "stop")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"stop":[null]}""", "stop[0]")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"logprobs":"yes"}""", "logprobs")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"logit_bias":[]}""", "logit_bias")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"xml"}}""", "response_format.type")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema"}}""", "response_format.json_schema")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n"}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"schema":{}}}}""", "response_format.json_schema.name")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function"}]}""", "tools[0].function")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":"x"}}]}""", "tools[0].function.parameters")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tool_choice":"maybe"}""", "tool_choice")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"function","function":{"name":"\f"}}}""", "tool_choice.function.name")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"function"}}""", "tool_choice.function")]
    public void Request_WrongMember_ThrowsWithItsPath(string body, string param)
    {
        var failure = Assert.Throws<WireRequestException>(() => OpenAIRequestReader.Read(Bytes.Of(body)));

        Assert.Equal(param, failure.Param);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","role":"system","content":"x"}]}""")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"n":1,"n":2}""")]
    public void Request_MemberTwice_Throws(string body) =>
        Assert.Equal("duplicate_parameter", Assert.Throws<WireRequestException>(() => OpenAIRequestReader.Read(Bytes.Of(body))).Code);

    [Fact]
    public void Request_MutatedAtRandom_OnlyEverThrowsTheOneException()
    {
        var seeds = ((IEnumerable<object[]>)RoundTrips).Select(row => Bytes.Of((string)row[0])).ToArray();
        var random = new Random(20261120);
        string[] pieces = ["\"\\ud800\"", "1e999", new string('9', 400), "null", "{", "[", "]", "}", ",", "\"", "\u0000", "-", "{\"a\":{\"b\":1}}", "[[[[]]]]", "true", "\"x\""];
        var thrown = 0;
        for (var i = 0; i < 6000; i++)
        {
            var body = seeds[random.Next(seeds.Length)].ToList();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var at = random.Next(body.Count);
                switch (random.Next(4))
                {
                    case 0:
                        body[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        body.RemoveRange(at, Math.Min(random.Next(1, 20), body.Count - at));
                        break;
                    case 2:
                        body.InsertRange(at, Bytes.Of(pieces[random.Next(pieces.Length)]));
                        break;
                    default:
                        ReplaceAValue(body, at, pieces[random.Next(pieces.Length)]);
                        break;
                }

                if (body.Count == 0)
                {
                    body.Add((byte)'{');
                }
            }

            thrown += Throws([.. body]) ? 1 : 0;
        }

        Assert.InRange(thrown, 1000, 5999);
    }

    [Fact]
    public void Write_EveryKindOfLooseValue_IsJson()
    {
        var call = new FunctionCallContent("c", "f", new Dictionary<string, object?>
        {
            ["text"] = "t", ["number"] = 5, ["real"] = 0.5, ["none"] = null, ["list"] = new List<object?> { 1L, "a" }, ["flag"] = true,
            ["map"] = new Dictionary<string, object?> { ["x"] = 1m }, ["strings"] = new Dictionary<string, string> { ["y"] = "z" }, ["node"] = new JsonObject { ["k"] = 1 },
            ["element"] = JsonElement.Parse("[1.0]"), ["id"] = Guid.Empty,
        });

        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [new ChatMessage(ChatRole.Assistant, [call])], null, isStreaming: true));

        var arguments = JsonNode.Parse(written)!["messages"]![0]!["tool_calls"]![0]!["function"]!["arguments"]!.GetValue<string>();
        Assert.Equal(
            """{"text":"t","number":5,"real":0.5,"none":null,"list":[1,"a"],"flag":true,"map":{"x":1},"strings":{"y":"z"},"node":{"k":1},"element":[1.0],"id":"00000000-0000-0000-0000-000000000000"}""",
            arguments);
        Assert.EndsWith("""
            "stream":true,"stream_options":{"include_usage":true}}
            """, written, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_SeveralResultsInOneMessage_AreOneMessageEach()
    {
        var written = Bytes.Text(output => OpenAIRequestWriter.Write(
            output, "m", [new ChatMessage(ChatRole.Tool, [new FunctionResultContent("a", "1"), new FunctionResultContent("b", new Dictionary<string, object?> { ["x"] = 2 })])], null, isStreaming: false));

        Assert.Equal("""{"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"{\"x\":2}"}]}""", written);
    }

    [Fact]
    public void Write_HalfASurrogatePair_IsTheReplacementCharacterAndValidJson()
    {
        var written = Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [new ChatMessage(ChatRole.User, "a\ud800b")], null, isStreaming: false));

        Assert.Equal("a\ufffdb", (string?)JsonNode.Parse(written)!["messages"]![0]!["content"]);
    }

    public static TheoryData<string, ChatMessage, ChatOptions> Unsayable => new()
    {
        { "no JSON form", new ChatMessage(ChatRole.User, "x"), new ChatOptions { AdditionalProperties = new() { ["x"] = new object() } } },
        { "not a number", new ChatMessage(ChatRole.User, "x"), new ChatOptions { Temperature = float.NaN } },
        { "not a function", new ChatMessage(ChatRole.User, "x"), new ChatOptions { Tools = [new HostedCodeInterpreterTool()] } },
        { "video by address", new ChatMessage(ChatRole.User, [new UriContent("https://x.test/v.mp4", "video/mp4")]), new ChatOptions() },
    };

    [Theory]
    [MemberData(nameof(Unsayable))]
    public void Write_WhatTheDialectCannotSay_ThrowsTheOneException(string what, ChatMessage message, ChatOptions options)
    {
        Assert.NotEmpty(what);
        Assert.Throws<WireRequestException>(() => Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", [message], options, isStreaming: false)));
    }

    private static bool Throws(byte[] body)
    {
        var thrown = false;
        try
        {
            OpenAIPeek.Read(body);
        }
        catch (WireRequestException)
        {
            thrown = true;
        }

        try
        {
            var request = OpenAIRequestReader.Read(body);
            Bytes.Text(output => OpenAIRequestWriter.Write(output, "m", request.Messages, request.Options, isStreaming: false));
        }
        catch (WireRequestException)
        {
            thrown = true;
        }

        try
        {
            OpenAIEmbeddingsReader.ReadRequest(body);
        }
        catch (WireRequestException)
        {
            // Most of these bodies have no `input`.
        }

        OpenAIErrorReader.TryRead(body);
        OpenAIScan.ScanEvent(body);
        try
        {
            OpenAIResponseReader.Read(body);
        }
        catch (WireResponseException)
        {
            // A request is no answer.
        }

        return thrown;
    }

    private static void ReplaceAValue(List<byte> body, int from, string value)
    {
        var colon = body.IndexOf((byte)':', from);
        if (colon < 0)
        {
            return;
        }

        var end = colon + 1;
        while (end < body.Count && body[end] is not ((byte)',' or (byte)'}' or (byte)']'))
        {
            end++;
        }

        body.RemoveRange(colon + 1, end - colon - 1);
        body.InsertRange(colon + 1, Encoding.UTF8.GetBytes(value));
    }
}
