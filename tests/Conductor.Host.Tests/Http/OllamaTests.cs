using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Http;

/// <summary>OpenAI's dialect in, Ollama's out, over real sockets on both sides.</summary>
public sealed class OllamaTests : IAsyncLifetime
{
    private FakeOllama _ollama = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _ollama = await FakeOllama.StartAsync(
            models:
            [
                new FakeOllamaModel { Name = "llama3.2" },
                new FakeOllamaModel { Name = "eyes", Capabilities = ["completion", "vision", "thinking"] },
                new FakeOllamaModel { Name = "all-minilm", Capabilities = ["embedding"], ContextLength = 512 },
            ]);
        _gateway = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _ollama.DisposeAsync();
    }

    [Fact]
    public async Task Models_AreListedWithWhatTheyCanDo()
    {
        var listed = (await _gateway.GetJsonAsync("/v1/models")).GetProperty("data").EnumerateArray().ToDictionary(model => model.GetProperty("id").GetString()!);

        Assert.Equal(["chat", "streaming", "tools", "jsonschema"], Names(listed["ollama/llama3.2"]).Select(name => name.Replace("_", "", StringComparison.Ordinal)));
        Assert.Equal(["embeddings"], Names(listed["ollama/all-minilm"]));
        Assert.Equal(131_072, listed["ollama/llama3.2"].GetProperty("context_window").GetInt32());

        static IEnumerable<string> Names(JsonElement model) => model.GetProperty("capabilities").EnumerateArray().Select(name => name.GetString()!);
    }

    [Fact]
    public async Task TwoOllamas_EachWithItsOwnKeyAndModels_NamesWithSlashesAndColonsIncluded()
    {
        const string Long = "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M";
        await using var other = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = Long });
        await using var gateway = await TestGateway.StartAsync($$"""
            providers:
              near: { plugin: ollama, base_url: "{{_ollama.BaseUrl}}" }
              far: { plugin: ollama, base_url: "{{other.BaseUrl}}", keys: [ "far-key-0123456789" ] }
            """);
        _ollama.Reply(FakeOllamaReply.Text("near"));
        other.Reply(FakeOllamaReply.Text("far")).Reply(FakeOllamaReply.Text("far again"));

        var listed = (await gateway.GetJsonAsync("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        List<string?> said = [];
        foreach (var model in new[] { "near/llama3.2", $"far/{Long}", Long })
        {
            using var response = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]}""");
            said.Add((await JsonOf(response)).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        }

        Assert.Contains($"far/{Long}", listed);
        Assert.Equal(["near", "far", "far again"], said);
        Assert.All(other.Requests, request => Assert.Equal("Bearer far-key-0123456789", request.Headers["Authorization"]));
        Assert.All(_ollama.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
        Assert.Equal(Long, other.RequestsTo("/api/chat")[0].Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Chat_AnswersInOpenAIsShape_Free()
    {
        using var response = await _gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"How are you today?"}"""));

        var answer = await JsonOf(response);
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("Hello from Ollama.", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal((4, 3), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.Equal("0.000000000", response.Headers.GetValues("x-conductor-cost-usd").Single());
        Assert.False(response.Headers.Contains("x-conductor-dropped-params"));
    }

    [Fact]
    public async Task Stream_ComesPieceByPiece_WhileOllamaIsStillTalking()
    {
        var gate = new TaskCompletionSource();
        _ollama.Reply(new FakeOllamaReply().Think("hm").Piece("one ").WaitFor(gate.Task).Piece("two"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = Body(Chat("""{"role":"user","content":"Hi"}""", "\"stream\":true,\"stream_options\":{\"include_usage\":true}", "ollama/eyes")),
        };

        using var response = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var head = await UntilAsync(reader, "one ");
        gate.SetResult();
        var text = head + await reader.ReadToEndAsync();

        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var chunks = Chunks(text);
        Assert.Equal("one two", string.Concat(chunks.Select(chunk => DeltaOf(chunk, "content"))));
        Assert.Equal("hm", string.Concat(chunks.Select(chunk => DeltaOf(chunk, "reasoning_content"))));
        Assert.True(chunks[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_ThereAndBack(bool isStreaming)
    {
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]
            """;
        _ollama.Reply(new FakeOllamaReply().Call("weather", """{"city":"Oslo"}"""));

        using var first = await _gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"Weather?"}""", $"{Tools},\"stream\":{(isStreaming ? "true" : "false")}"));
        JsonElement call;
        if (isStreaming)
        {
            var chunks = Chunks(await first.Content.ReadAsStringAsync());
            call = chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).First(delta => delta.TryGetProperty("tool_calls", out _)).GetProperty("tool_calls")[0];
            Assert.Equal("tool_calls", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        }
        else
        {
            var choice = (await JsonOf(first)).GetProperty("choices")[0];
            call = choice.GetProperty("message").GetProperty("tool_calls")[0];
            Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        }

        Assert.Equal("""{"city":"Oslo"}""", call.GetProperty("function").GetProperty("arguments").GetString());
        var id = call.GetProperty("id").GetString();
        using var second = await _gateway.PostAsync("/v1/chat/completions", Chat($$$"""
            {"role":"user","content":"Weather?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"{{{id}}}","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
            {"role":"tool","tool_call_id":"{{{id}}}","content":"rain"}
            """, Tools));

        await JsonOf(second);
        var sent = _ollama.RequestsTo("/api/chat")[^1].Json.GetProperty("messages");
        Assert.Equal(JsonValueKind.Object, sent[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").ValueKind);
        Assert.Equal("weather", sent[2].GetProperty("tool_name").GetString());
    }

    [Fact]
    public async Task JsonSchema_BecomesFormat()
    {
        _ollama.Reply(FakeOllamaReply.Text("""{"mood":"happy"}"""));

        using var response = await _gateway.PostAsync("/v1/chat/completions", Chat(
            """{"role":"user","content":"Hi"}""",
            """
            "response_format":{"type":"json_schema","json_schema":{"name":"mood","strict":true,"schema":{"type":"object","properties":{"mood":{"enum":["happy","sad"]}}}}}
            """));

        await JsonOf(response);
        var format = _ollama.RequestsTo("/api/chat")[^1].Json.GetProperty("format");
        Assert.Equal("happy", format.GetProperty("properties").GetProperty("mood").GetProperty("enum")[0].GetString());
    }

    [Fact]
    public async Task Image_AsDataGoes_AsAnAddressIsRefused()
    {
        static string With(string url) => Chat($$$"""{"role":"user","content":[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"{{{url}}}"}}]}""", "\"temperature\":0.5", "ollama/eyes");

        using var data = await _gateway.PostAsync("/v1/chat/completions", With("data:image/png;base64,iVBORw0KGgo="));
        using var address = await _gateway.PostAsync("/v1/chat/completions", With("https://example.com/cat.png"));

        await JsonOf(data);
        Assert.Equal("iVBORw0KGgo=", _ollama.RequestsTo("/api/chat").Single().Json.GetProperty("messages")[0].GetProperty("images")[0].GetString());
        var error = await ErrorAssert.IsAsync(address, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Contains("data URL", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("messages[0].content[1]", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("\"encoding_format\":\"float\"")]
    [InlineData("\"encoding_format\":\"base64\"")]
    public async Task Embeddings_InBothEncodings(string format)
    {
        using var response = await _gateway.PostAsync("/v1/embeddings", $$"""{"model":"ollama/all-minilm","input":["one two","three"],{{format}}}""");

        var answer = await JsonOf(response);
        Assert.Equal(2, answer.GetProperty("data").GetArrayLength());
        var vector = answer.GetProperty("data")[0].GetProperty("embedding");
        Assert.Equal(3, vector.ValueKind == JsonValueKind.String ? vector.GetBytesFromBase64().Length / 4 : vector.GetArrayLength());
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LeftOut_IsToldInAHeader(bool isStreaming)
    {
        using var response = await _gateway.PostAsync(
            "/v1/chat/completions", Chat("""{"role":"user","content":"Hi"}""", $"\"logit_bias\":{{\"5\":1}},\"user\":\"u\",\"stream\":{(isStreaming ? "true" : "false")}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("logit_bias,user", response.Headers.GetValues("x-conductor-dropped-params").Single());
    }

    [Theory]
    [InlineData("\"n\":2", "n")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"required\"", "tool_choice")]
    public async Task WhatOllamaCannotDo_IsRefused(string settings, string param)
    {
        using var response = await _gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"Hi"}""", settings));

        Assert.Equal(param, (await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task ModelThatIsNotThere_SaysHowToFetchIt()
    {
        using var response = await _gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"Hi"}""", model: "ollama/qwen3:8b"));

        var error = await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "model_not_found");
        Assert.Contains("conductor models pull ollama/qwen3:8b", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LongConversation_ReachesTheModelWhole_AndOneThatCannotFitIsRefused()
    {
        static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));

        using var fits = await _gateway.PostAsync("/v1/chat/completions", Chat($$"""{"role":"user","content":"{{Words(6_000)}}"},{"role":"user","content":"and a question"}"""));
        using var cannot = await _gateway.PostAsync("/v1/chat/completions", Chat($$"""{"role":"user","content":"{{Words(300_000)}}"}"""));

        Assert.Equal(6_003, (await JsonOf(fits)).GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        await ErrorAssert.IsAsync(cannot, 400, "invalid_request_error", "context_length_exceeded");
        Assert.Single(_ollama.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task PromptNotCounted_IsEstimated_NeverZero()
    {
        _ollama.Add(new FakeOllamaModel { Name = "cached", IsPromptCached = true });

        using var response = await _gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"How are you today, my friend?"}""", model: "ollama/cached"));

        Assert.InRange((await JsonOf(response)).GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), 5, 40);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ClientLeaves_OllamaIsHungUpOn(bool isStreaming)
    {
        _ollama.Reply(isStreaming ? FakeOllamaReply.Text("first").Forever("more ") : new FakeOllamaReply().WaitFor(new TaskCompletionSource().Task));
        using var left = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Body(Chat("""{"role":"user","content":"Hi"}""", $"\"stream\":{(isStreaming ? "true" : "false")}")) };

        var asking = _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, left.Token);
        var seen = await _ollama.WaitForAsync("/api/chat");
        if (isStreaming)
        {
            (await asking).Dispose();
        }
        else
        {
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await seen.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DeadBeforeContent_NextTargetAnswers(bool isStreaming)
    {
        await using var gateway = await StartAsync("aliases: { both: { targets: [ ollama/llama3.2, second/llama3.2 ], strategy: ordered } }");
        _ollama.Reply(new FakeOllamaReply().Reset());

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat("""{"role":"user","content":"Hi"}""", $"\"stream\":{(isStreaming ? "true" : "false")}", "both"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("Ollama.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("second", response.Headers.GetValues("x-conductor-provider").Single());
        Assert.Equal("1", response.Headers.GetValues("x-conductor-fallbacks").Single());
    }

    [Theory]
    [InlineData("error line")]
    [InlineData("reset")]
    [InlineData("cut")]
    public async Task BrokenAfterContent_EndsInAnErrorEvent_AndNoFalseEnd(string how)
    {
        await using var gateway = await StartAsync("aliases: { both: { targets: [ ollama/llama3.2, second/llama3.2 ], strategy: ordered } }");
        var gate = new TaskCompletionSource();
        var half = FakeOllamaReply.Text("half an answer").WaitFor(gate.Task); // a reset may overtake what was sent before it
        _ollama.Reply(how switch { "error line" => half.Break("llama runner exploded"), "reset" => half.Reset(), _ => half.Cut() });

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Body(Chat("""{"role":"user","content":"Hi"}""", "\"stream\":true", "both")) };

        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var text = await UntilAsync(reader, "half an answer");
        gate.SetResult();
        text += await reader.ReadToEndAsync();

        Assert.Contains("half an answer", text, StringComparison.Ordinal);
        Assert.Contains("\"error\":", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("exploded", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"", text, StringComparison.Ordinal);
        Assert.Single(_ollama.RequestsTo("/api/chat"));
    }

    public static TheoryData<string> Operations() => [.. OllamaOperations.All.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation_RunsOnAModelOfOllama(string name)
    {
        var operation = OllamaOperations.All[name];
        operation.Script(_ollama);

        using var response = await _gateway.PostAsync($"/v1/operations/{name}", $"{{\"model\":\"{operation.Model}\",{operation.Request[1..]}");

        var body = await JsonOf(response);
        operation.Check(body.GetProperty("result"));
        Assert.Equal("ollama", body.GetProperty("metadata").GetProperty("provider_used").GetString());
    }

    private Task<TestGateway> StartAsync(string? models = null) => TestGateway.StartAsync(
        $$"""
        providers:
          ollama: { plugin: ollama, base_url: "{{_ollama.BaseUrl}}" }
          second: { plugin: ollama, base_url: "{{_ollama.BaseUrl}}" }
        """,
        models: models);

    private static string Chat(string messages, string settings = "\"temperature\":0.5", string model = "ollama/llama3.2") => $$"""{"model":"{{model}}","messages":[{{messages}}],{{settings}}}""";

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private static List<JsonElement> Chunks(string text) =>
        [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]))];

    private static string DeltaOf(JsonElement chunk, string member) =>
        chunk.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty(member, out var text) ? text.GetString() ?? "" : "";

    private static async Task<string> UntilAsync(StreamReader reader, string text)
    {
        var seen = new StringBuilder();
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            seen.Append(await reader.ReadLineAsync() ?? throw new InvalidOperationException($"ended before '{text}': {seen}")).Append('\n');
        }

        return seen.ToString();
    }
}
