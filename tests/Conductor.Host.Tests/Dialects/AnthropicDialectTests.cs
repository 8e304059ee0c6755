using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Host.Tests.Dialects;

/// <summary>Anthropic's addresses over real sockets: in front of an upstream of the same dialect, where bytes pass, and of OpenAI's, where all is translated.</summary>
public sealed class AnthropicDialectTests(AnthropicGateway shared) : IClassFixture<AnthropicGateway>
{
    private const string Model = "claude-sonnet-4-5";

    private TestGateway Gateway => shared.Gateway;

    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/anthropic/v1/messages")]
    public async Task Messages_SameDialect_PassAsBytes(string path)
    {
        const string Answer = """{"id":"msg_9","type":"message","role":"assistant","model":"m" , "content":[{"type":"text","text":"h\u00e9"}],"stop_reason":"end_turn","odd":1.50,"usage":{"input_tokens":5,"output_tokens":2}}""";
        shared.Claude.Reply(FakeAnthropicReply.Bytes(Encoding.UTF8.GetBytes(Answer), "application/json"));

        using var response = await SendAsync(path, """{ "model" : "claude/claude-sonnet-4-5" ,"max_tokens":9, "messages":[{"role":"user","content":"h\u00e9"}]}""", ("anthropic-version", "2026-10-21"), ("anthropic-beta", "a-2026-01-01"));

        Assert.Equal(Answer, await response.Content.ReadAsStringAsync());
        var sent = Sent(shared.Claude.Requests);
        Assert.Equal("""{ "model" : "claude-sonnet-4-5" ,"max_tokens":9, "messages":[{"role":"user","content":"h\u00e9"}]}""", sent.BodyText);
        Assert.Equal(("2026-10-21", "a-2026-01-01", "sk-upstream"), (sent.Headers["anthropic-version"], sent.Headers["anthropic-beta"], sent.Headers["x-api-key"]));
        Assert.Equal("claude", response.Headers.GetValues("x-conductor-provider").Single());
        Assert.Equal(response.Headers.GetValues("x-request-id"), response.Headers.GetValues("request-id"));
    }

    [Fact]
    public async Task Messages_SameDialectStreamed_EventsPassAsBytesAndEndOnce()
    {
        shared.Claude.Reply(new FakeAnthropicReply().AddThinking("hm", "c2ln").AddText("Grüße ", "😀").AddToolUse("t1", "f", """{"a":1}"""));

        using var response = await SendAsync("/v1/messages", $$"""{"model":"claude/{{Model}}","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}""");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = Events(text);
        Assert.Equal("message_start", events[0].Name);
        Assert.Equal(["message_delta", "message_stop"], events.TakeLast(2).Select(item => item.Name));
        Assert.Single(events, item => item.Name == "message_stop");
        Assert.Contains(events, item => item.Data.ToString().Contains("signature_delta", StringComparison.Ordinal));
        Assert.Equal("Grüße 😀", TextOf(events));
    }

    [Fact]
    public async Task Messages_AnotherDialect_AreTranslated()
    {
        shared.Answer(FakeReply.ToolCalls(new FakeToolCall("call_1", "weather", """{"city":"Köln"}""")));

        using var response = await SendAsync(
            "/v1/messages",
            """
            {"model":"fake/m","max_tokens":9,"system":"Be brief.","temperature":0.5,"stop_sequences":["END"],"metadata":{"user_id":"u1"},
             "tools":[{"name":"weather","description":"d","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}],"tool_choice":{"type":"tool","name":"weather"},
             "messages":[{"role":"user","content":[{"type":"text","text":"Look:"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]}]}
            """,
            ("anthropic-version", "2023-06-01"), ("anthropic-beta", "a-2026-01-01"));
        var answer = await JsonAsync(response);

        Assert.Equal(("message", "assistant", "tool_use"), (answer.GetProperty("type").GetString(), answer.GetProperty("role").GetString(), answer.GetProperty("stop_reason").GetString()));
        Assert.StartsWith("msg_", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Köln"}}""", Assert.Single(answer.GetProperty("content").EnumerateArray()).GetRawText());
        Assert.True(answer.GetProperty("usage").GetProperty("output_tokens").GetInt32() > 0);
        var sent = Sent(shared.OpenAI.Requests);
        Assert.Equal(["system", "user"], sent.Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("data:image/png;base64,aGk=", sent.Json.GetProperty("messages")[1].GetProperty("content")[1].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal(("u1", 9, "END"), (sent.Json.GetProperty("user").GetString(), sent.Json.GetProperty("max_tokens").GetInt32(), sent.Json.GetProperty("stop")[0].GetString()));
        Assert.Equal("weather", sent.Json.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
        Assert.DoesNotContain(sent.Headers.Keys, name => name.StartsWith("anthropic-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Messages_AnotherDialectStreamed_AreEventsOfThisOne()
    {
        shared.Answer(FakeReply.Text("Grüße 😀"), FakeReply.ToolCalls(new FakeToolCall("c1", "f", """{"a":1}"""), new FakeToolCall("c2", "g", "{}")));

        var text = Events(await StreamAsync("fake/m"));
        var tools = Events(await StreamAsync("fake/m"));

        Assert.Equal("Grüße 😀", TextOf(text));
        Assert.Equal("end_turn", text[^2].Data.GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.True(text[^2].Data.GetProperty("usage").GetProperty("input_tokens").GetInt32() > 0);
        Assert.Equal([("f", 0), ("g", 1)], tools.Where(item => item.Name == "content_block_start").Select(item => (item.Data.GetProperty("content_block").GetProperty("name").GetString()!, item.Data.GetProperty("index").GetInt32())));
        Assert.Equal("tool_use", tools[^2].Data.GetProperty("delta").GetProperty("stop_reason").GetString());
        Assert.Equal("message_stop", tools[^1].Name);
    }

    [Fact]
    public async Task Stream_FailsAfterContent_EndsWithTheErrorEvent()
    {
        shared.Claude.Reply(FakeAnthropicReply.Text("a").Break("overloaded_error", "SECRET"));
        shared.Answer(FakeReply.Stream(new FakeStream().Role().Chunk("a").Event("""{"error":{"message":"SECRET","type":"server_error"}}""")));

        foreach (var model in (string[])["claude/" + Model, "fake/m"])
        {
            var events = Events(await StreamAsync(model));

            Assert.Equal("a", TextOf(events));
            Assert.Equal("error", events[^1].Name);
            Assert.Equal("error", events[^1].Data.GetProperty("type").GetString());
            Assert.Equal(model == "fake/m" ? "api_error" : "overloaded_error", events[^1].Data.GetProperty("error").GetProperty("type").GetString());
            Assert.DoesNotContain(events, item => item.Name == "message_stop");
            Assert.DoesNotContain("SECRET", events[^1].Data.ToString(), StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, string, string?, int, string, string> Failures() => new()
    {
        { "POST", "/v1/messages", "{", 400, "invalid_request_error", "invalid_json" },
        { "POST", "/v1/messages", """{"model":"fake/m","messages":[{"role":"user","content":"x"}]}""", 400, "invalid_request_error", "missing_required_parameter" },
        { "POST", "/v1/messages", """{"model":"fake/m","max_tokens":1}""", 400, "invalid_request_error", "missing_required_parameter" },
        { "POST", "/v1/messages", """{"model":"fake/m","max_tokens":1,"messages":[{"role":"robot","content":"x"}]}""", 400, "invalid_request_error", "invalid_value" },
        { "POST", "/v1/messages", """{"model":"nobody/x","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "model_not_found" },
        { "POST", "/v1/messages", """{"model":"claude/none","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", 404, "not_found_error", "model_not_found" },
        { "POST", "/anthropic/v1/messages", "text", 415, "invalid_request_error", "unsupported_media_type" },
        { "POST", "/v1/messages", "large", 413, "request_too_large", "request_too_large" },
        { "GET", "/v1/messages", null, 405, "invalid_request_error", "method_not_allowed" },
        { "GET", "/anthropic/v1/nothing", null, 404, "not_found_error", "not_found" },
        { "GET", "/v1/messages/batches", null, 404, "not_found_error", "not_found" },
        { "GET", "/anthropic/v1/models/none", null, 404, "not_found_error", "model_not_found" },
        { "GET", "/anthropic/v1/models?limit=0", null, 400, "invalid_request_error", "invalid_value" },
        { "GET", "/anthropic/v1/models?after_id=none", null, 400, "invalid_request_error", "invalid_value" },
        { "POST", "/v1/messages/count_tokens", "{}", 400, "invalid_request_error", "missing_required_parameter" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_AnyOfThem_HasTheDialectsShape(string method, string path, string? body, int status, string type, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body switch
        {
            null => null,
            "text" => new StringContent("hello"),
            "large" => new StringContent(new string(' ', 2_000_000), Encoding.UTF8, "application/json"),
            _ => new StringContent(body, Encoding.UTF8, "application/json"),
        };

        using var response = await Gateway.Client.SendAsync(request);

        await AssertErrorAsync(response, status, type, code);
    }

    [Theory]
    [InlineData(529, "SECRET", 529, "overloaded_error", "upstream_overloaded")]
    [InlineData(429, "SECRET", 429, "rate_limit_error", "rate_limit_exceeded")]
    [InlineData(401, "SECRET", 502, "api_error", "upstream_credentials_exhausted")]
    [InlineData(400, "prompt is too long: 9 tokens > 8 maximum", 400, "invalid_request_error", "context_length_exceeded")]
    public async Task Failure_OfTheUpstream_KeepsItsMeaning(int upstreams, string words, int status, string type, string code)
    {
        var own = new AnthropicGateway(); // a key that is limited or refused is left alone for a while
        await own.InitializeAsync();
        own.Claude.Reply(upstreams == 429 ? FakeAnthropicReply.Error(429, words, ("retry-after", "7")) : FakeAnthropicReply.Error(upstreams, words));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Body("claude/" + Model), Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("x-conductor-max-attempts", "1");

        using var response = await own.Gateway.Client.SendAsync(request);

        await AssertErrorAsync(response, status, type, code);
        Assert.Equal(status == 429 ? TimeSpan.FromSeconds(7) : null, response.Headers.RetryAfter?.Delta);
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Access_WithoutOrWithAKey_IsAnthropics()
    {
        const string Key = "ck_test_0123456789abcdefghij";
        await using var closed = await TestGateway.StartAsync(environment: new() { ["CONDUCTOR_API_KEYS"] = Key });

        using var stranger = await closed.PostAsync("/v1/messages", Body("fake/m"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/anthropic/v1/models");
        request.Headers.Add("x-api-key", Key);
        using var known = await closed.Client.SendAsync(request);

        await AssertErrorAsync(stranger, 401, "authentication_error", "invalid_api_key");
        Assert.Equal(200, (int)known.StatusCode);
    }

    [Theory]
    [InlineData("/anthropic/v1/models", false)]
    [InlineData("/v1/models", true)]
    public async Task Models_InPages_AreInTheDialectsShape(string path, bool withHeader)
    {
        (string, string)[] headers = withHeader ? [("anthropic-version", "2023-06-01")] : [];

        var all = await GetAsync(path + "?limit=1000", headers);
        var first = await GetAsync(path + "?limit=1", headers);
        var last = first.GetProperty("last_id").GetString()!;
        var rest = await GetAsync($"{path}?limit=1000&after_id={Uri.EscapeDataString(last)}", headers);
        var before = await GetAsync($"{path}?limit=1&before_id={Uri.EscapeDataString(rest.GetProperty("first_id").GetString()!)}", headers);

        var ids = Ids(all);
        Assert.Contains("claude/" + Model, ids);
        Assert.False(all.GetProperty("has_more").GetBoolean());
        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.Equal(ids, Ids(first).Concat(Ids(rest)));
        Assert.Equal(Ids(first), Ids(before));
        var row = all.GetProperty("data").EnumerateArray().Single(row => row.GetProperty("id").GetString() == "claude/" + Model);
        Assert.Equal(("model", 200_000, 64_000), (row.GetProperty("type").GetString(), row.GetProperty("max_input_tokens").GetInt32(), row.GetProperty("max_tokens").GetInt32()));
        Assert.Equal(row.GetRawText(), (await GetAsync($"{path}/claude%2F{Model}", headers)).GetRawText());
    }

    [Fact]
    public async Task Models_WithoutTheHeader_AreOpenAIs() => Assert.Equal("list", (await GetAsync("/v1/models")).GetProperty("object").GetString());

    [Fact]
    public async Task CountTokens_IsTheTargetsOwnOrAnEstimate()
    {
        const string Question = """{"role":"user","content":"one two three four"}""";

        using var exact = await SendAsync("/v1/messages/count_tokens", $$"""{"model":"claude/{{Model}}","messages":[{{Question}}]}""");
        using var estimate = await SendAsync("/anthropic/v1/messages/count_tokens", $$"""{"model":"fake/m","messages":[{{Question}}]}""");

        Assert.Equal("""{"input_tokens":4}""", await exact.Content.ReadAsStringAsync());
        Assert.False(exact.Headers.Contains("x-conductor-notices"));
        Assert.True((await JsonAsync(estimate)).GetProperty("input_tokens").GetInt32() > 0);
        Assert.Contains("estimate", estimate.Headers.GetValues("x-conductor-notices").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAIsCaller_ToAnAnthropicTarget_IsTranslated()
    {
        shared.Claude.Reply(new FakeAnthropicReply().AddText("It rains.").AddToolUse("toolu_1", "f", """{"a":1}""").With(new FakeAnthropicUsage(5, 3, 7, 2)));

        using var response = await SendAsync("/v1/chat/completions", """
            {"model":"claude/claude-sonnet-4-5","seed":7,"max_completion_tokens":50,"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"r"}],
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}]}
            """);
        var answer = await JsonAsync(response);

        Assert.Equal("tool_calls", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal("""{"a":1}""", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal((14, 7), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32()));
        Assert.Equal("seed", response.Headers.GetValues("x-conductor-dropped-params").Single());
        var sent = Sent(shared.Claude.Requests).Json;
        Assert.Equal("s", sent.GetProperty("system").GetString());
        Assert.Equal(["user", "assistant", "user"], sent.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Messages_WhatTheOtherDialectLacks_IsToldOrRefused()
    {
        const string Rich = """
            {"model":"fake/m","max_tokens":9,"thinking":{"type":"adaptive"},"context_management":{"edits":[]},"top_k":5,"output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},
             "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":"q"},
              {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"failed"},{"type":"text","text":"go on"}]}]}
            """;

        using var told = await SendAsync("/v1/messages", Rich);
        var sent = Sent(shared.OpenAI.Requests);
        using var strict = await SendAsync("/v1/messages", Rich, ("x-conductor-strict", "true"));
        using var serverTool = await SendAsync("/v1/messages", """{"model":"fake/m","max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"q"}]}""");

        Assert.True(told.IsSuccessStatusCode, await told.Content.ReadAsStringAsync());
        var dropped = told.Headers.GetValues("x-conductor-dropped-params").Single().Split(',');
        Assert.Contains(dropped, name => name.EndsWith("thinking", StringComparison.Ordinal));
        Assert.Contains(dropped, name => name.EndsWith("context_management", StringComparison.Ordinal));
        Assert.Contains("is_error", dropped);
        Assert.DoesNotContain("anthropic:", sent.BodyText, StringComparison.Ordinal);
        Assert.Equal(["system", "user", "assistant", "tool", "tool", "user"], sent.Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal("high", sent.Json.GetProperty("reasoning_effort").GetString());
        Assert.Equal("json_schema", sent.Json.GetProperty("response_format").GetProperty("type").GetString());
        await AssertErrorAsync(strict, 400, "invalid_request_error", "unsupported_parameter");
        await AssertErrorAsync(serverTool, 400, "invalid_request_error", "unsupported_parameter");
    }

    [Fact]
    public async Task OpenAIsCaller_Strict_IsRefusedBeforeAnythingIsSent()
    {
        using var strict = await SendAsync("/v1/chat/completions", $$"""{"model":"claude/{{Model}}","max_tokens":9,"seed":7,"messages":[{"role":"user","content":"strictly"}]}""", ("x-conductor-strict", "true"));

        Assert.Equal(400, (int)strict.StatusCode);
        Assert.Equal("seed", JsonElement.Parse(await strict.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("param").GetString());
        Assert.DoesNotContain(shared.Claude.Requests, request => request.BodyText.Contains("strictly", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAIsCaller_ThinkingAndItsSignatures_GoBackAsTheyCame(bool isStreaming)
    {
        shared.Claude.Reply(new FakeAnthropicReply().AddThinking("Which city?", "c2ln").AddToolUse("toolu_1", "f", "{}")).Reply(FakeAnthropicReply.Text("Rain."));
        const string Question = """{"role":"user","content":"q"}""";
        const string Tools = """
            "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}]
            """;

        using var first = await SendAsync("/v1/chat/completions", $$$"""{"model":"claude/{{{Model}}}","stream":{{{(isStreaming ? "true" : "false")}}},"messages":[{{{Question}}}],{{{Tools}}}}""");
        var text = await first.Content.ReadAsStringAsync();
        var details = isStreaming
            ? string.Join(',', text.Split("\n\n").Where(item => item.StartsWith("data: {", StringComparison.Ordinal)).Select(item => JsonElement.Parse(item["data: ".Length..]))
                .SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("delta"))
                .Where(delta => delta.TryGetProperty("reasoning_details", out _)).SelectMany(delta => delta.GetProperty("reasoning_details").EnumerateArray()).Select(detail => detail.GetRawText()))
            : JsonElement.Parse(text).GetProperty("choices")[0].GetProperty("message").GetProperty("reasoning_details").GetRawText()[1..^1];
        using var second = await SendAsync("/v1/chat/completions", $$$"""
            {"model":"claude/{{{Model}}}","messages":[{{{Question}}},
              {"role":"assistant","content":null,"reasoning_details":[{{{details}}}],"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"toolu_1","content":"r"}],{{{Tools}}}}
            """);

        Assert.True(second.IsSuccessStatusCode, await second.Content.ReadAsStringAsync());
        var sent = Sent(shared.Claude.Requests).Json.GetProperty("messages")[1].GetProperty("content");
        Assert.Equal("""{"type":"thinking","thinking":"Which city?","signature":"c2ln"}""", sent[0].GetRawText());
        Assert.Equal("tool_use", sent[1].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Stream_SlowFirstContent_IsFilledWithPingEvents()
    {
        var gate = new TaskCompletionSource();
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var conductor = new ScriptedConductor(gate.Task);
        await using var gateway = await TestGateway.StartAsync(configure: services => services
            .Replace(ServiceDescriptor.Singleton<IConductor>(conductor))
            .Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(Body("fake/m", isStreaming: true), Encoding.UTF8, "application/json") };

        var sending = gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await conductor.Asked.WaitAsync(TimeSpan.FromSeconds(10));
        await AdvanceUntilAsync(clock, sending);
        using var response = await sending;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var line = reader.ReadLineAsync();
        await AdvanceUntilAsync(clock, line);

        Assert.Equal("event: ping", await line);
        Assert.Equal("""data: {"type": "ping"}""", await reader.ReadLineAsync());
        gate.SetException(Errors.ConductorErrors.NoModelAvailable("nothing here"));
        var rest = await reader.ReadToEndAsync();
        Assert.Contains("event: error\ndata: {\"type\":\"error\"", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", rest, StringComparison.Ordinal);
    }

    private static async Task AdvanceUntilAsync(ManualTimeProvider clock, Task task)
    {
        for (var i = 0; i < 600 && !task.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(10));
        }

        await task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    // Lists of models are asked for in the background.
    private static RecordedRequest Sent(IReadOnlyList<RecordedRequest> requests) => requests.Last(request => request.Method == "POST");

    private static string Body(string model, bool isStreaming = false) =>
        $$"""{"model":"{{model}}","max_tokens":9,"stream":{{(isStreaming ? "true" : "false")}},"messages":[{"role":"user","content":"hi"}]}""";

    private async Task<string> StreamAsync(string model)
    {
        using var response = await SendAsync("/v1/messages", Body(model, isStreaming: true));
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await Gateway.Client.SendAsync(request);
    }

    private async Task<JsonElement> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await Gateway.Client.SendAsync(request);
        return await JsonAsync(response);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, int status, string type, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        var root = JsonElement.Parse(text);
        Assert.Equal("error", root.GetProperty("type").GetString());
        Assert.Equal((type, code), (root.GetProperty("error").GetProperty("type").GetString(), root.GetProperty("error").GetProperty("details").GetProperty("error_code").GetString()));
        Assert.NotEmpty(root.GetProperty("error").GetProperty("message").GetString()!);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.Equal(root.GetProperty("request_id").GetString(), response.Headers.GetValues("request-id").Single());
    }

    private static string[] Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("id").GetString()!)];

    private static string TextOf(List<(string Name, JsonElement Data)> events) => string.Concat(events
        .Where(item => item.Name == "content_block_delta" && item.Data.GetProperty("delta").TryGetProperty("text", out _))
        .Select(item => item.Data.GetProperty("delta").GetProperty("text").GetString()));

    private static List<(string Name, JsonElement Data)> Events(string text) => [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item =>
    {
        var lines = item.Split('\n');
        return (lines[0]["event: ".Length..], JsonElement.Parse(lines[1]["data: ".Length..]));
    })];
}

/// <summary>One open gateway in front of an upstream of each of the two dialects.</summary>
public sealed class AnthropicGateway : IAsyncLifetime
{
    private readonly ConcurrentQueue<FakeReply> _answers = new();

    internal TestGateway Gateway { get; private set; } = null!;

    internal FakeAnthropic Claude { get; private set; } = null!;

    internal FakeUpstream OpenAI { get; private set; } = null!;

    /// <summary>The next answers of OpenAI's upstream. Lists of models, which are asked for in the background, take none of them.</summary>
    internal void Answer(params FakeReply[] replies)
    {
        foreach (var reply in replies)
        {
            _answers.Enqueue(reply);
        }
    }

    public async Task InitializeAsync()
    {
        Claude = await FakeAnthropic.StartAsync();
        OpenAI = await FakeUpstream.StartAsync();
        OpenAI.Otherwise(FakeReply.Choose(request => request.Method == "GET" ? FakeReply.Models("m") : _answers.TryDequeue(out var reply) ? reply : FakeReply.Text("ok")));
        Gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              claude: { plugin: anthropic, base_url: "{{Claude.BaseUrl}}", keys: [ "sk-upstream" ], price: free }
              fake: { plugin: openai-compatible, base_url: "{{OpenAI.BaseUrl}}", price: free }
            limits: { max_body: 1MiB }
            """);
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Claude.DisposeAsync();
        await OpenAI.DisposeAsync();
    }
}
