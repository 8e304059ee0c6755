using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>The Gemini dialect over HTTP, in front of an upstream of OpenAI's dialect (`fake`), one of Gemini's (`google`) and the embedded encoder.</summary>
public sealed class GeminiTests : IAsyncLifetime
{
    private const string Hello = """{"contents":[{"role":"user","parts":[{"text":"Grüße 😀"}]}]}""";

    private FakeUpstream _openai = null!;
    private FakeGemini _google = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _openai = await FakeUpstream.StartAsync();
        _google = await FakeGemini.StartAsync();
        _google.Key = "g-key";
        _gateway = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _google.DisposeAsync();
        await _openai.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1beta/models/google/gemini-2.5-flash")]
    [InlineData("/v1beta/models/google%2Fgemini-2.5-flash")]
    [InlineData("/gemini/v1beta/models/google/gemini-2.5-flash")]
    [InlineData("/v1beta/models/team/quick")]
    public async Task Raw_Generate_BytesGoBothWaysAsTheyAre(string model)
    {
        const string Body = """{ "contents":[{"parts":[{"text":"hi"}]}],  "labels":{"é":"2.50"} }""";

        using var response = await _gateway.PostAsync(model + ":generateContent", Body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["google"], response.Headers.GetValues("x-conductor-provider"));
        var request = _google.Requests[^1];
        Assert.Equal(("/v1beta/models/gemini-2.5-flash:generateContent", Body, "g-key"), (request.Path, request.BodyText, request.Headers["x-goog-api-key"]));
        var answer = await ReadAsync(response);
        Assert.Equal("Hello from Gemini.", TextOf(answer));
        Assert.Equal("gemini-2.5-flash", answer.GetProperty("modelVersion").GetString());
    }

    [Fact]
    public async Task Raw_BlockedPrompt_IsTheAnswerThatItsCallerKnows()
    {
        _google.Reply(FakeGeminiReply.Blocked()).Reply(FakeGeminiReply.Blocked());

        var whole = await ReadAsync(await _gateway.PostAsync("/v1beta/models/google/gemini-2.5-flash:generateContent", Hello));
        var stream = await TextAsync("/v1beta/models/google/gemini-2.5-flash:streamGenerateContent?alt=sse", Hello);

        Assert.Equal("PROHIBITED_CONTENT", whole.GetProperty("promptFeedback").GetProperty("blockReason").GetString());
        Assert.Contains("PROHIBITED_CONTENT", stream, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_Stream_IsTheUpstreamsOrAnArrayOfIt()
    {
        var events = await TextAsync("/v1beta/models/google/gemini-2.5-flash:streamGenerateContent?alt=sse", Hello);
        using var response = await _gateway.PostAsync("/v1beta/models/google/gemini-2.5-flash:streamGenerateContent", Hello);
        var array = JsonElement.Parse(await response.Content.ReadAsStringAsync());

        Assert.EndsWith("\r\n\r\n", events, StringComparison.Ordinal);
        Assert.Equal(4, Events(events).Count);
        Assert.DoesNotContain("[DONE]", events, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Hello from Gemini.", string.Concat(array.EnumerateArray().Select(TextOf)));
        Assert.Equal("STOP", array[3].GetProperty("candidates")[0].GetProperty("finishReason").GetString());
        Assert.All(_google.Requests.Where(request => request.Method == "POST"), request => Assert.EndsWith("?alt=sse", request.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Typed_Generate_AsksInTheOtherDialect()
    {
        _openai.ReplyWith("Hallo 😀", new FakeUsage { PromptTokens = 7, CompletionTokens = 5, ReasoningTokens = 2 });

        using var response = await _gateway.PostAsync("/v1beta/models/fake/m:generateContent", """
            {"system_instruction":{"parts":[{"text":"be kind"}]},"contents":[{"parts":[{"text":"Grüße 😀"}]}],
             "generationConfig":{"temperature":0.5,"maxOutputTokens":9,"stopSequences":["x"],"candidateCount":1},"safetySettings":[]}
            """);

        var answer = await ReadAsync(response);
        Assert.Equal(("Hallo 😀", "STOP"), (TextOf(answer), answer.GetProperty("candidates")[0].GetProperty("finishReason").GetString()));
        var usage = answer.GetProperty("usageMetadata");
        Assert.Equal((7, 3, 2, 12), (usage.GetProperty("promptTokenCount").GetInt32(), usage.GetProperty("candidatesTokenCount").GetInt32(), usage.GetProperty("thoughtsTokenCount").GetInt32(), usage.GetProperty("totalTokenCount").GetInt32()));
        var sent = _openai.Requests[^1].Json;
        Assert.Equal(["system", "user"], sent.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal((0.5, 9), (sent.GetProperty("temperature").GetDouble(), sent.GetProperty("max_tokens").GetInt32()));
        Assert.False(sent.TryGetProperty("gemini:safetySettings", out _), sent.ToString());
        Assert.Equal(["gemini:safetySettings"], response.Headers.GetValues("x-conductor-dropped-params"));
    }

    [Theory]
    [InlineData(true, "\"cachedContent\":\"cachedContents/1\"", "gemini:cachedContent")]
    [InlineData(false, "\"tools\":[{\"googleSearch\":{}}]", "tools[0]")]
    [InlineData(false, "\"contents\":[{\"parts\":[{\"executableCode\":{\"code\":\"1\"}}]}]", "messages[0].content[0]")]
    public async Task Typed_WhatTheTargetCannot_IsRefusedInGooglesShape(bool isStrict, string member, string field)
    {
        var body = member.StartsWith("\"contents", StringComparison.Ordinal) ? $"{{{member}}}" : $"{{\"contents\":[{{\"parts\":[{{\"text\":\"x\"}}]}}],{member}}}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1beta/models/fake/m:generateContent") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-strict", isStrict ? "true" : "false");

        using var response = await _gateway.Client.SendAsync(request);

        await ErrorAsync(response, 400, "INVALID_ARGUMENT", "UNSUPPORTED_PARAMETER", field);
        Assert.DoesNotContain(_openai.Requests, sent => sent.Method == "POST");
    }

    [Fact]
    public async Task OpenAIsDialect_InFrontOfGoogle_IsToldWhatIsLostAndWhatIsRefused()
    {
        using var lossy = await _gateway.PostAsync("/v1/chat/completions", """{"model":"google/gemini-2.5-flash","user":"u","reasoning_effort":"xhigh","messages":[{"role":"user","content":"hi"}]}""");
        using var image = await _gateway.PostAsync(
            "/v1/chat/completions", """{"model":"google/gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}]}""");

        Assert.Equal(HttpStatusCode.OK, lossy.StatusCode);
        Assert.Equal(["user"], lossy.Headers.GetValues("x-conductor-dropped-params"));
        Assert.Equal(["reasoning_effort"], lossy.Headers.GetValues("x-conductor-loss"));
        var error = await ErrorAssert.IsAsync(image, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Contains("data URL", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typed_Stream_InBothFramings()
    {
        var events = Events(await TextAsync("/v1beta/models/fake/m:streamGenerateContent?alt=sse", Hello));
        var array = JsonElement.Parse(await TextAsync("/v1beta/models/fake/m:streamGenerateContent", Hello)).EnumerateArray().ToList();

        foreach (var pieces in new[] { events, array })
        {
            Assert.Equal("Hello from fake.", string.Concat(pieces.Select(TextOf)));
            Assert.Equal("STOP", pieces[^1].GetProperty("candidates")[0].GetProperty("finishReason").GetString());
            Assert.Single(pieces, piece => piece.GetProperty("candidates")[0].TryGetProperty("finishReason", out _));
            Assert.True(pieces[^1].TryGetProperty("usageMetadata", out _));
            Assert.Single(pieces.Select(piece => piece.GetProperty("responseId").GetString()).Distinct());
        }
    }

    [Theory]
    [InlineData("fake/m")]
    [InlineData("google/gemini-2.5-flash")]
    public async Task Stream_FailureAfterContent_IsTheLastPieceAndNoFinish(string model)
    {
        foreach (var framing in (string[])["?alt=sse", ""])
        {
            _openai.ReplyWith(new FakeStream().Role().Chunk("a").Error());
            _google.Reply(FakeGeminiReply.Text("a").ThenError(500, "INTERNAL", "broke"));

            var text = await TextAsync($"/v1beta/models/{model}:streamGenerateContent{framing}", Hello);

            var pieces = framing.Length > 0 ? Events(text) : [.. JsonElement.Parse(text).EnumerateArray()];
            Assert.Equal("a", TextOf(pieces[0]));
            var error = pieces[^1].GetProperty("error");
            Assert.Equal((502, "UNAVAILABLE"), (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
            Assert.DoesNotContain("finishReason", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tools_ThroughTheOtherDialect_KeepTheirIdsAndNames()
    {
        _openai.Reply(FakeReply.ToolCalls(new FakeToolCall("call_1", "weather", """{"city":"Ulm"}"""))).ReplyWith("warm");
        const string Tools = """
            "tools":[{"functionDeclarations":[{"name":"weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}],
            "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}}
            """;

        var first = await ReadAsync(await _gateway.PostAsync("/v1beta/models/fake/m:generateContent", $$"""{"contents":[{"parts":[{"text":"?"}]}],{{Tools}}}"""));
        var content = first.GetProperty("candidates")[0].GetProperty("content");
        var call = content.GetProperty("parts")[0].GetProperty("functionCall");
        Assert.Equal(("call_1", "weather", "Ulm"), (call.GetProperty("id").GetString(), call.GetProperty("name").GetString(), call.GetProperty("args").GetProperty("city").GetString()));
        using var second = await _gateway.PostAsync(
            "/v1beta/models/fake/m:generateContent",
            $$$$"""{"contents":[{"parts":[{"text":"?"}]},{{{{content}}}},{"role":"user","parts":[{"functionResponse":{"id":"call_1","name":"weather","response":{"output":"warm"}}}]}],{{{{Tools}}}}}""");

        Assert.Equal("warm", TextOf(await ReadAsync(second)));
        var sent = _openai.Requests[^1].Json;
        Assert.Equal("weather", sent.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("string", sent.GetProperty("tools")[0].GetProperty("function").GetProperty("parameters").GetProperty("properties").GetProperty("city").GetProperty("type").GetString());
        var tool = sent.GetProperty("messages").EnumerateArray().Last();
        Assert.Equal(("tool", "call_1", "warm"), (tool.GetProperty("role").GetString(), tool.GetProperty("tool_call_id").GetString(), tool.GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Signature_ThroughOpenAIsDialect_GoesBackToGoogle()
    {
        _google.Reply(new FakeGeminiReply().Call("weather", """{"city":"Ulm"}""")).Reply(FakeGeminiReply.Text("warm"));
        const string Tools = """ "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}] """;

        var first = await ReadAsync(await _gateway.PostAsync("/v1/chat/completions", $$"""{"model":"google/gemini-3-pro","messages":[{"role":"user","content":"?"}],{{Tools}}}"""));
        var message = first.GetProperty("choices")[0].GetProperty("message");
        var id = message.GetProperty("tool_calls")[0].GetProperty("id").GetString();
        using var second = await _gateway.PostAsync(
            "/v1/chat/completions", $$"""{"model":"google/gemini-3-pro","messages":[{"role":"user","content":"?"},{{message}},{"role":"tool","tool_call_id":"{{id}}","content":"warm"}],{{Tools}}}""");

        Assert.Equal("warm", (await ReadAsync(second)).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.False(second.Headers.Contains("x-conductor-loss"), string.Join(',', second.Headers.TryGetValues("x-conductor-loss", out var loss) ? loss : []));
    }

    [Theory]
    [InlineData("generateContent", "")]
    [InlineData("streamGenerateContent", "")]
    [InlineData("streamGenerateContent", "true")]
    public async Task Signature_OfAnthropicsThoughts_GoesBackThroughThisDialect(string method, string shows)
    {
        await using var anthropic = await FakeAnthropic.StartAsync();
        anthropic.Reply(new FakeAnthropicReply().AddThinking("Which city?", "c2ln").AddToolUse("toolu_1", "weather", """{"city":"Ulm"}""")).Reply(FakeAnthropicReply.Text("warm"));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { claude: { plugin: anthropic, base_url: "{{anthropic.BaseUrl}}", keys: [ k ], price: free } }""");
        const string Tools = """
            "tools":[{"functionDeclarations":[{"name":"weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}}}}]}]
            """;
        var config = $"\"generationConfig\":{{\"maxOutputTokens\":4000,\"thinkingConfig\":{{\"thinkingBudget\":2000{(shows.Length > 0 ? ",\"includeThoughts\":true" : "")}}}}}";

        using var first = await gateway.PostAsync($"/v1beta/models/claude/claude-sonnet-4-5:{method}", $$"""{"contents":[{"parts":[{"text":"?"}]}],{{Tools}},{{config}}}""");
        var answer = await ReadAsync(first);
        var contents = string.Join(',', (answer.ValueKind == JsonValueKind.Array ? [.. answer.EnumerateArray()] : new[] { answer }).Select(piece => piece.GetProperty("candidates")[0].GetProperty("content").GetRawText()));
        using var second = await gateway.PostAsync(
            "/v1beta/models/claude/claude-sonnet-4-5:generateContent",
            $$$$"""{"contents":[{"parts":[{"text":"?"}]},{{{{contents}}}},{"role":"user","parts":[{"functionResponse":{"name":"weather","response":{"output":"warm"}}}]}],{{{{Tools}}}},{{{{config}}}}}""");

        Assert.Equal("warm", TextOf(await ReadAsync(second)));
        var sent = anthropic.Requests[^1].Json.GetProperty("messages")[1].GetProperty("content")[0];
        Assert.Equal("""{"type":"thinking","thinking":"Which city?","signature":"c2ln"}""", sent.GetRawText());
    }

    [Fact]
    public async Task CountTokens_ByTheTargetOrByEstimate()
    {
        using var raw = await _gateway.PostAsync("/v1beta/models/google/gemini-2.5-flash:countTokens", """{"contents":[{"parts":[{"text":"one two three"}]}]}""");
        using var whole = await _gateway.PostAsync("/v1beta/models/fake/m:countTokens", """{"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"text":"one two three"}]}]}}""");

        Assert.Equal(3, (await ReadAsync(raw)).GetProperty("totalTokens").GetInt32());
        Assert.False(raw.Headers.Contains("x-conductor-notices"));
        Assert.True((await ReadAsync(whole)).GetProperty("totalTokens").GetInt32() > 0);
        Assert.Contains("estimate", whole.Headers.GetValues("x-conductor-notices").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_OneAndSeveral_RawAndTyped()
    {
        const string Batch = """{"requests":[{"model":"models/MODEL","content":{"parts":[{"text":"hello world"}]}},{"model":"models/MODEL","content":{"parts":[{"text":"good morning"}]}}]}""";
        var local = await ReadAsync(await _gateway.PostAsync("/v1beta/models/local/all-minilm-l6-v2:batchEmbedContents", Batch.Replace("MODEL", "local/all-minilm-l6-v2", StringComparison.Ordinal)));
        var one = await ReadAsync(await _gateway.PostAsync("/v1beta/models/local/all-minilm-l6-v2:embedContent", """{"content":{"parts":[{"text":"hello world"}]}}"""));
        var google = await ReadAsync(await _gateway.PostAsync("/v1beta/models/google/gemini-embedding-001:batchEmbedContents", Batch.Replace("MODEL", "google/gemini-embedding-001", StringComparison.Ordinal)));
        using var typed = await _gateway.PostAsync("/v1beta/models/fake/embed:embedContent", """{"content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY"}""");

        Assert.Equal(2, local.GetProperty("embeddings").GetArrayLength());
        Assert.Equal(384, local.GetProperty("embeddings")[0].GetProperty("values").GetArrayLength());
        Assert.Equal(local.GetProperty("embeddings")[0].ToString(), one.GetProperty("embedding").ToString());
        Assert.Equal(FakeVectors.Of("good morning", 8), google.GetProperty("embeddings")[1].GetProperty("values").EnumerateArray().Select(value => value.GetSingle()));
        Assert.Equal(3, (await ReadAsync(typed)).GetProperty("embedding").GetProperty("values").GetArrayLength());
        Assert.Equal(["gemini:taskType"], typed.Headers.GetValues("x-conductor-dropped-params"));
    }

    [Fact]
    public async Task Models_ArePagedAndFound()
    {
        var names = new List<string>();
        var token = "";
        do
        {
            var page = await _gateway.GetJsonAsync($"/v1beta/models?pageSize=2{token}");
            Assert.InRange(page.GetProperty("models").GetArrayLength(), 1, 2);
            names.AddRange(page.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()!));
            token = page.TryGetProperty("nextPageToken", out var next) ? "&pageToken=" + next.GetString() : "";
        }
        while (token.Length > 0);

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Superset(new HashSet<string> { "models/auto", "models/team/quick", "models/google/gemini-3-pro", "models/fake/fake-model", "models/local/all-minilm-l6-v2" }, names.ToHashSet());
        var model = await _gateway.GetJsonAsync("/v1beta/models/google/gemini-embedding-001");
        Assert.Equal(["embedContent", "batchEmbedContents"], model.GetProperty("supportedGenerationMethods").EnumerateArray().Select(method => method.GetString()));
        using var unknown = await _gateway.Client.GetAsync("/v1beta/models/google/nothing");
        await ErrorAsync(unknown, 404, "NOT_FOUND", "MODEL_NOT_FOUND", "model");
        using var wrong = await _gateway.Client.GetAsync("/v1beta/models?pageToken=x");
        await ErrorAsync(wrong, 400, "INVALID_ARGUMENT", "INVALID_VALUE", "pageToken");
    }

    [Theory]
    [InlineData("/v1beta/models/fake/m:generateContent", "{", 400, "INVALID_ARGUMENT", "INVALID_JSON", null)]
    [InlineData("/v1beta/models/fake/m:generateContent", "{}", 400, "INVALID_ARGUMENT", "MISSING_REQUIRED_PARAMETER", "contents")]
    [InlineData("/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":1}]}]}""", 400, "INVALID_ARGUMENT", "INVALID_TYPE", "contents[0].parts[0].text")]
    [InlineData("/v1beta/models/fake/m:streamGenerateContent", """{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}""", 400, "INVALID_ARGUMENT", "INVALID_VALUE", "contents[0].role")]
    [InlineData("/v1beta/models/fake/m:embedContent", """{"requests":[{}]}""", 400, "INVALID_ARGUMENT", "MISSING_REQUIRED_PARAMETER", "content")]
    [InlineData("/v1beta/models/fake/m:batchEmbedContents", """{"content":{}}""", 400, "INVALID_ARGUMENT", "MISSING_REQUIRED_PARAMETER", "requests")]
    [InlineData("/v1beta/models/nobody/x:generateContent", """{"contents":[{"parts":[{"text":"x"}]}]}""", 404, "NOT_FOUND", "MODEL_NOT_FOUND", "model")]
    [InlineData("/v1beta/models/fake/m:paint", "{}", 404, "NOT_FOUND", "NOT_FOUND", null)]
    [InlineData("/v1beta/models/:generateContent", "{}", 404, "NOT_FOUND", "NOT_FOUND", null)]
    [InlineData("/v1beta/nowhere", "{}", 404, "NOT_FOUND", "NOT_FOUND", null)]
    [InlineData("/v1beta/models", "{}", 405, "INVALID_ARGUMENT", "METHOD_NOT_ALLOWED", null)]
    [InlineData("/v1beta/models/google/gemini-2.5-flash:generateContent", """{"contents":[{"parts":[{"text":"x"}]}],"odd":1}""", 400, "INVALID_ARGUMENT", "INVALID_REQUEST", null)]
    public async Task Failure_IsInGooglesShape(string path, string body, int status, string word, string reason, string? field)
    {
        using var response = await _gateway.PostAsync(path, body);

        await ErrorAsync(response, status, word, reason, field);
    }

    [Fact]
    public async Task Failure_OfBodyAndKey_IsInGooglesShape()
    {
        await using var closed = await StartAsync("limits: { max_body: 1KiB }", new() { ["CONDUCTOR_API_KEYS"] = "ck_test_0123456789abcdefghij" });
        using var stranger = await closed.PostAsync("/v1beta/models/fake/m:generateContent", Hello);
        await ErrorAsync(stranger, 401, "UNAUTHENTICATED", "API_KEY_INVALID");
        using var inUrl = await closed.PostAsync("/v1beta/models/fake/m:generateContent?key=ck_test_0123456789abcdefghij", Hello);
        await ErrorAsync(inUrl, 401, "UNAUTHENTICATED", "API_KEY_INVALID");
        closed.Client.DefaultRequestHeaders.Add("x-goog-api-key", "ck_test_0123456789abcdefghij");
        using var large = await closed.PostAsync("/v1beta/models/fake/m:generateContent", Hello + new string(' ', 1100));
        await ErrorAsync(large, 413, "INVALID_ARGUMENT", "REQUEST_TOO_LARGE");
        using var text = await closed.Client.PostAsync("/v1beta/models/fake/m:generateContent", new StringContent("x", Encoding.UTF8, "text/plain"));
        await ErrorAsync(text, 415, "INVALID_ARGUMENT", "UNSUPPORTED_MEDIA_TYPE");
        using var fine = await closed.PostAsync("/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"x"}]}]}""");
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
    }

    [Fact]
    public async Task Failure_OfTheTarget_SaysHowLongToWait()
    {
        _google.Otherwise(_ => FakeGeminiReply.Error(429, "RESOURCE_EXHAUSTED", "SECRET", """{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}"""));

        using var response = await _gateway.PostAsync("/v1beta/models/google/gemini-2.5-flash:streamGenerateContent?alt=sse", Hello);

        var error = await ErrorAsync(response, 429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED");
        Assert.Equal("46", response.Headers.GetValues("retry-after").Single());
        Assert.Contains("\"retryDelay\":\"46s\"", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_WhoLeaves_EndsTheUpstreamsWork()
    {
        _google.Reply(FakeGeminiReply.Text("a").ThenStall());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1beta/models/google/gemini-2.5-flash:streamGenerateContent") { Content = new StringContent(Hello, Encoding.UTF8, "application/json") };
        using (var response = await _gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[20]);
        }

        await _google.Requests[^1].Aborted.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private Task<TestGateway> StartAsync(string more = "", Dictionary<string, string>? environment = null) => TestGateway.StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{_openai.BaseUrl}}", price: free }
          google: { plugin: google, base_url: "{{_google.BaseUrl}}", keys: [ g-key ], price: free }
        reliability: { max_attempts: 1 }
        {{more}}
        """,
        environment,
        models: """
        aliases: { "team/quick": { targets: [ google/gemini-2.5-flash ] } }
        """);

    private async Task<string> TextAsync(string path, string body)
    {
        using var response = await _gateway.PostAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private static async Task<JsonElement> ErrorAsync(HttpResponseMessage response, int status, string word, string reason, string? field = null)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        var error = body.GetProperty("error");
        Assert.True(status == (int)response.StatusCode, body.ToString());
        Assert.Equal((status, word), (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        var details = error.GetProperty("details").EnumerateArray().ToList();
        Assert.Equal(reason, details[0].GetProperty("reason").GetString());
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), details[0].GetProperty("metadata").GetProperty("requestId").GetString());
        Assert.Equal(field, details.Where(detail => detail.TryGetProperty("fieldViolations", out _)).Select(detail => detail.GetProperty("fieldViolations")[0].GetProperty("field").GetString()).FirstOrDefault());
        return error;
    }

    private static List<JsonElement> Events(string text) =>
        [.. text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(item => item.StartsWith("data: ", StringComparison.Ordinal)).Select(item => JsonElement.Parse(item["data: ".Length..]))];

    private static string TextOf(JsonElement answer) => answer.TryGetProperty("candidates", out var candidates) && candidates[0].TryGetProperty("content", out var content)
        ? string.Concat(content.GetProperty("parts").EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() : ""))
        : "";
}
