using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama.Tests;

/// <summary>The dialect as callers speak it: requests in, answers out.</summary>
public sealed class InboundTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 20, 6, 30, 0, TimeSpan.Zero);
    private static readonly OllamaDurations Durations = new(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));

    [Theory]
    [InlineData("""{ "model" : "\u0061uto", "a":"\u0061\/", "n":1.50 }""", """{ "model" : "x\"y", "a":"\u0061\/", "n":1.50 }""")]
    [InlineData("""{"provider":"p","model":"m","n":1e2}""", """{"model":"x\"y","n":1e2}""")]
    [InlineData("""{"n":1e2,"provider" : "p" }""", """{"model":"x\"y","n":1e2 }""")]
    [InlineData("""{"provider":null}""", """{"model":"x\"y"}""")]
    [InlineData("""{"model":"m","provider":"p"}""", """{"model":"x\"y"}""")]
    public void Splice_ChangesTheModelAlone(string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var peek = OllamaPeek.Read(bytes);

        Assert.Equal(expected, Encoding.UTF8.GetString(OllamaSplice.Apply(bytes, peek.ModelSpan, peek.ProviderSpan, "x\"y").Span));
    }

    [Theory]
    [InlineData("""{"model":"m"}""", """{"truncate":false,"shift":false,"keep_alive":"5m","options":{"num_ctx":4096},"model":"m"}""")]
    [InlineData("""{"model":"m", "options" : { } ,"a":1e0}""", """{"truncate":false,"shift":false,"keep_alive":"5m","model":"m", "options" : {"num_ctx":4096 } ,"a":1e0}""")]
    [InlineData("""{"options":{"seed":1.0},"truncate":true,"keep_alive":-1}""", """{"shift":false,"options":{"num_ctx":4096,"seed":1.0},"truncate":true,"keep_alive":-1}""")]
    [InlineData("""{"options":null,"shift":true,"truncate":null,"keep_alive":null}""", """{"options":{"num_ctx":4096},"shift":true,"truncate":null,"keep_alive":null}""")]
    public void Serve_AddsWhatIsNotSaid(string body, string expected)
    {
        Assert.False(OllamaServe.NamesContext(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(expected, Encoding.UTF8.GetString(OllamaServe.Fill(Encoding.UTF8.GetBytes(body), new OllamaServing { NumCtx = 4096, KeepAlive = "5m" }, canShift: true).Span));
        Assert.True(OllamaServe.NamesContext("""{"options":{"num_ctx":1}}"""u8));
        Assert.Equal("""{"truncate":false,"options":{"num_ctx":1}}""", Encoding.UTF8.GetString(OllamaServe.Fill("""{"options":{"num_ctx":1}}"""u8, new OllamaServing { NumCtx = 4096 }, canShift: false).Span));
    }

    [Theory]
    [InlineData("""{"message":{"role":"assistant","content":""},"done":false}""", false, false, false, false, null)]
    [InlineData("""{"message":{"content":"","tool_calls":[]},"done":false}""", false, false, false, false, null)]
    [InlineData("""{"message":{"content":"x"},"done":false}""", true, false, false, false, null)]
    [InlineData("""{"message":{"thinking":"x"}}""", true, false, false, false, null)]
    [InlineData("""{"message":{"tool_calls":[{}]}}""", true, false, false, false, null)]
    [InlineData("""{"response":"x","done":false}""", true, false, false, false, null)]
    [InlineData("""{"response":"","done":true,"done_reason":"load"}""", false, true, false, false, null)]
    [InlineData("""{"done":true,"prompt_eval_count":7,"eval_count":5}""", false, true, false, false, "7+5")]
    [InlineData("""{"done":true,"prompt_eval_count":0,"eval_count":5}""", false, true, false, false, null)]
    [InlineData("""{"message":{"content":"x"},"done":true,"error":"broke"}""", false, false, true, false, null)]
    [InlineData("""{"error":null,"message":{"content":"x"}}""", true, false, false, false, null)]
    [InlineData("{}", false, false, false, true, null)]
    [InlineData("[]", false, false, false, true, null)]
    [InlineData("""{"message":{"content":"x"}""", false, false, false, true, null)]
    public void ScanLine_TellsWhatItHolds(string line, bool hasContent, bool isFinished, bool isError, bool isInvalid, string? usage)
    {
        var seen = OllamaScan.ScanLine(Encoding.UTF8.GetBytes(line));

        Assert.Equal((hasContent, isFinished, isError, isInvalid), (seen.HasContent, seen.IsFinished, seen.IsError, seen.IsInvalid));
        Assert.Equal(usage, seen.Usage is { } stated ? $"{stated.InputTokens}+{stated.OutputTokens}" : null);
    }

    [Fact]
    public void Chat_WhatOnlyThisDialectHas_ArrivesAtAServerOfIt_ButForWhatItsOperatorDecides()
    {
        var request = OllamaRequestReader.ReadChat("""
            {"model":"m","messages":[{"role":"user","content":"q"}],"keep_alive":"5m","truncate":true,"new_member":{"a":1},
             "options":{"num_gpu":1,"repeat_last_n":64,"num_ctx":512}}
            """u8);
        var output = new ArrayBufferWriter<byte>();

        var losses = OllamaChatWriter.Write(output, "m", request.Messages, request.Options, new OllamaServing { NumCtx = 8192, KeepAlive = "1h" }, isStreaming: true);

        var written = JsonElement.Parse(output.WrittenSpan);
        Assert.Equal("5m", written.GetProperty("keep_alive").GetString());
        Assert.Equal("""{"a":1}""", written.GetProperty("new_member").GetRawText());
        Assert.False(written.GetProperty("truncate").GetBoolean());
        Assert.Equal("""{"num_ctx":8192,"num_gpu":1,"repeat_last_n":64}""", written.GetProperty("options").GetRawText());
        Assert.Equal(["ollama:options.num_ctx", "ollama:truncate"], losses.Dropped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Chat_EveryMember_FindsItsPlace()
    {
        var request = OllamaRequestReader.ReadChat("""
            {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"q","images":["/9j/"]},
              {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"x","function":{"name":"g","arguments":{}}}]},
              {"role":"tool","content":"1","tool_name":"f"},{"role":"tool","content":"2","tool_call_id":"x"}],
             "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],
             "format":{"type":"object"},"think":"high","keep_alive":"5m","logprobs":true,"top_logprobs":2,
             "options":{"temperature":0.5,"top_p":0.9,"top_k":40,"num_predict":9,"seed":7,"stop":["x"],"min_p":0.1,"num_ctx":4096}}
            """u8);

        var options = request.Options;
        Assert.True(request.IsStreaming); // on unless it is turned off
        Assert.Equal(("m", 0.5f, 0.9f, 40, 9, 7L), (options.ModelId, options.Temperature, options.TopP, options.TopK, options.MaxOutputTokens, options.Seed));
        Assert.Equal(["x"], options.StopSequences);
        Assert.Equal(ReasoningEffort.High, options.Reasoning!.Effort);
        Assert.NotNull(Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema);
        Assert.Equal("f", Assert.Single(options.Tools!).Name);
        Assert.Equal("logprobs,min_p,ollama:keep_alive,ollama:options.num_ctx,top_logprobs", string.Join(',', options.AdditionalProperties!.Keys.Order(StringComparer.Ordinal)));
        Assert.Equal(["system", "user", "assistant", "tool", "tool"], request.Messages.Select(message => message.Role.Value));
        Assert.Equal("image/jpeg", Assert.IsType<DataContent>(request.Messages[1].Contents[1]).MediaType);
        Assert.Equal(["call_0", "x"], request.Messages[2].Contents.OfType<FunctionCallContent>().Select(call => call.CallId));
        Assert.Equal(["call_0:1", "x:2"], request.Messages.Skip(3).Select(message => message.Contents.OfType<FunctionResultContent>().Single()).Select(result => $"{result.CallId}:{result.Result}"));
    }

    [Fact]
    public void Generate_PromptSystemAndImages_AreMessages()
    {
        var request = OllamaRequestReader.ReadGenerate("""{"model":"m","system":"s","prompt":"p","images":["data:image/png;base64,AAAA"],"stream":false,"format":"json","raw":false,"context":[],"suffix":""}"""u8);

        Assert.False(request.IsStreaming);
        Assert.Equal(["system:s", "user:p"], request.Messages.Select(message => $"{message.Role.Value}:{message.Text}"));
        Assert.Single(request.Messages[1].Contents.OfType<DataContent>());
        Assert.Equal(ChatResponseFormat.Json, request.Options.ResponseFormat);
        Assert.Null(request.Options.AdditionalProperties);
    }

    [Theory]
    [InlineData("""{"prompt":"p","raw":true}""", "raw", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"p","suffix":"s"}""", "suffix", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"p","template":"t"}""", "template", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":"p","context":[1,2]}""", "context", WireRequestCodes.Unsupported)]
    [InlineData("""{"prompt":7}""", "prompt", WireRequestCodes.InvalidType)]
    [InlineData("""{"prompt":"p","images":["?"]}""", "images[0]", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":"p","format":"xml"}""", "format", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":"p","think":"loud"}""", "think", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":"p","options":{"top_p":2}}""", "options.top_p", WireRequestCodes.InvalidValue)]
    [InlineData("""{"prompt":"p","stream":"no"}""", "stream", WireRequestCodes.InvalidType)]
    public void Generate_WhatIsWrong_IsNamed(string body, string param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => OllamaRequestReader.ReadGenerate(Encoding.UTF8.GetBytes(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"robot"}]}""", "messages[0].role", WireRequestCodes.InvalidValue)]
    [InlineData("""{"messages":[{"content":"x"}]}""", "messages[0].role", WireRequestCodes.MissingMember)]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", "messages[0].content", WireRequestCodes.InvalidType)]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages[0]", WireRequestCodes.InvalidValue)]
    [InlineData("""{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}""", "messages[0].tool_calls[0].function.arguments", WireRequestCodes.InvalidType)]
    [InlineData("""{"messages":[],"tools":[{"type":"web"}]}""", "tools[0].type", WireRequestCodes.InvalidValue)]
    [InlineData("[]", null, WireRequestCodes.InvalidJson)]
    public void Chat_WhatIsWrong_IsNamed(string body, string? param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => OllamaRequestReader.ReadChat(Encoding.UTF8.GetBytes(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
    }

    [Fact]
    public void Embed_TextOrTexts()
    {
        Assert.Equal(["a"], OllamaEmbedRequest.Read("""{"model":"m","input":"a"}"""u8).Inputs);
        var several = OllamaEmbedRequest.Read("""{"model":"m","input":["a","b"],"dimensions":8}"""u8);
        Assert.Equal(("m", 2, 8), (several.Model, several.Inputs.Count, several.Dimensions));
        Assert.Equal(["p"], OllamaEmbedRequest.ReadOld("""{"model":"m","prompt":"p"}"""u8).Inputs);
        Assert.Equal("input", Assert.Throws<WireRequestException>(() => OllamaEmbedRequest.Read("{}"u8)).Param);
    }

    [Fact]
    public void Answer_Lines_ReadBackAsTheyWere()
    {
        var writer = new OllamaAnswerWriter("m", isGenerate: false);
        var text = Text(output =>
        {
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("hm")]), Then);
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "Grüße \ud83d"), Then);
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, "\ude00"), Then);
            writer.Write(output, new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c1", "f", new Dictionary<string, object?> { ["a"] = 1 })]), Then);
            writer.Write(output, new ChatResponseUpdate { FinishReason = ChatFinishReason.ToolCalls }, Then);
            writer.Complete(output, Then, Durations, new WireUsage { InputTokens = 7, OutputTokens = 5 });
        });
        var reader = new OllamaChunkReader();

        var updates = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => reader.Read(Encoding.UTF8.GetBytes(line))).OfType<ChatResponseUpdate>().ToList();
        var response = updates.ToChatResponse();

        Assert.True(reader.IsDone);
        Assert.Equal(("Grüße 😀", ChatFinishReason.ToolCalls, 7L, 5L), (response.Text, response.FinishReason, response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal("hm", response.Messages[0].Contents.OfType<TextReasoningContent>().Single().Text);
        Assert.Equal("c1", response.Messages[0].Contents.OfType<FunctionCallContent>().Single().CallId);
    }

    [Theory]
    [InlineData(false, """{"model":"m","created_at":"2026-11-20T06:30:00.0000000Z","message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"length","total_duration":30000000,"load_duration":0,"prompt_eval_count":7,"prompt_eval_duration":10000000,"eval_count":5,"eval_duration":20000000}""")]
    [InlineData(true, """{"model":"m","created_at":"2026-11-20T06:30:00.0000000Z","response":"Hi","done":true,"done_reason":"length","total_duration":30000000,"load_duration":0,"prompt_eval_count":7,"prompt_eval_duration":10000000,"eval_count":5,"eval_duration":20000000}""")]
    public void Answer_Whole_IsOneObject(bool isGenerate, string wanted)
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Hi")) { FinishReason = ChatFinishReason.Length };

        Assert.Equal(wanted, Text(output => OllamaAnswerWriter.WriteWhole(output, response, "m", isGenerate, Then, Durations, new WireUsage { InputTokens = 7, OutputTokens = 5 })));
    }

    [Fact]
    public void Answer_ArgumentsThatAreNoObject_AreTold()
    {
        var call = new FunctionCallContent("c", "f") { AdditionalProperties = new() { [ChatKeys.RawArguments] = "not json" } };
        var losses = new LossReport();

        var body = Text(output => OllamaAnswerWriter.WriteWhole(output, new ChatResponse(new ChatMessage(ChatRole.Assistant, [call])), "m", false, Then, Durations, null, losses));

        Assert.Contains("\"arguments\":{}", body, StringComparison.Ordinal);
        Assert.Equal(["tool_calls.function.arguments"], losses.Changed);
    }

    [Fact]
    public void Error_IsAText() => Assert.Equal("""{"error":"model \"x\" not found"}""", Text(output => OllamaAnswerWriter.WriteError(output, "model \"x\" not found")));

    [Fact]
    public void Chat_ReadAndWrittenAgain_AsksForTheSame()
    {
        var request = OllamaRequestReader.ReadChat("""{"model":"m","messages":[{"role":"user","content":"q"}],"format":"json","options":{"seed":7,"stop":["x"],"min_p":0.5}}"""u8);

        var body = JsonElement.Parse(Text(output => OllamaChatWriter.Write(output, "m", request.Messages, request.Options, new OllamaServing(), isStreaming: true)));

        Assert.Equal("""{"seed":7,"stop":["x"],"min_p":0.5}""", body.GetProperty("options").GetRawText());
        Assert.Equal("json", body.GetProperty("format").GetString());
    }

    private static string Text(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
