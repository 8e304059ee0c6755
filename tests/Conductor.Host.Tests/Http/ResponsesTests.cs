using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>OpenAI's Responses API in front of a target that knows chats alone, and the gateway's own memory of answers.</summary>
public class ResponsesTests
{
    private const string Keys = "ck_acme_0123456789abcdefghij";

    [Fact]
    public async Task Create_Whole_IsAResponse()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"fake/m","input":"hi","instructions":"Be brief.","max_output_tokens":50,"metadata":{"a":"b"}}""");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["fake"], response.Headers.GetValues("x-conductor-provider"));
        Assert.StartsWith("resp_", answer.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal(("response", "completed", true), (answer.GetProperty("object").GetString(), answer.GetProperty("status").GetString(), answer.GetProperty("store").GetBoolean()));
        Assert.Equal("Hello from fake.", TextOf(answer));
        Assert.True(answer.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        Assert.Equal(("Be brief.", "b"), (answer.GetProperty("instructions").GetString(), answer.GetProperty("metadata").GetProperty("a").GetString()));
        var sent = JsonElement.Parse(ChatTests.Chat(upstream).Body);
        Assert.Equal(["system:Be brief.", "user:hi"], Messages(sent));
    }

    [Theory]
    [InlineData("/v1/responses")]
    [InlineData("/openai/v1/responses")]
    public async Task Create_Stream_EventsInOrderAndNumbered(string address)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync(address, """{"model":"fake/m","input":"hi","stream":true}""");
        var text = await response.Content.ReadAsStringAsync();
        var events = Events(text);

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            "created in_progress output_item.added content_part.added output_text.delta output_text.delta output_text.delta output_text.done content_part.done output_item.done completed",
            string.Join(' ', events.Select(item => item.GetProperty("type").GetString()!["response.".Length..])));
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.Equal("Hello from fake.", TextOf(events[^1].GetProperty("response")));
        Assert.True(events[^1].GetProperty("response").GetProperty("usage").GetProperty("input_tokens").GetInt32() > 0);
        Assert.Single(events.Select(item => item.TryGetProperty("response", out var whole) ? whole.GetProperty("id").GetString() : null).OfType<string>().Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PreviousResponse_Conversation_GoesOnWithAnyTarget(bool isStreaming)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        Answer(upstream, FakeReply.Text("One."), FakeReply.Text("Two."), FakeReply.Text("Three."));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        var first = await CreateAsync(gateway, """{"model":"fake/m","input":"a","instructions":"Not handed on."}""", isStreaming);
        var second = await CreateAsync(gateway, $$"""{"model":"fake/m","input":[{"role":"user","content":"b"}],"previous_response_id":"{{Id(first)}}"}""", isStreaming);
        var third = await CreateAsync(gateway, $$"""{"model":"fake/m","input":"c","instructions":"New.","previous_response_id":"{{Id(second)}}"}""", isStreaming);

        Assert.Equal("Three.", TextOf(third));
        Assert.Equal(Id(second), third.GetProperty("previous_response_id").GetString());
        var sent = JsonElement.Parse(upstream.Requests.Last(request => request.Path.Contains("/chat/", StringComparison.Ordinal)).Body);
        Assert.Equal(["system:New.", "user:a", "assistant:One.", "user:b", "assistant:Two.", "user:c"], Messages(sent));
    }

    [Fact]
    public async Task ToolLoop_ByIdAlone_HandsCallAndResultOn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        Answer(upstream, FakeReply.ToolCalls(new FakeToolCall("call_1", "get_weather", """{"city":"Bern"}""")), FakeReply.Text("Sunny."));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        const string Tools = """[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true}]""";

        var first = await CreateAsync(gateway, $$"""{"model":"fake/m","input":"weather?","tools":{{Tools}}}""", isStreaming: false);
        var call = first.GetProperty("output")[0];
        var second = await CreateAsync(
            gateway,
            $$"""{"model":"fake/m","tools":{{Tools}},"previous_response_id":"{{Id(first)}}","input":[{"type":"function_call_output","call_id":"{{call.GetProperty("call_id").GetString()}}","output":"22 degrees"}]}""",
            isStreaming: false);

        Assert.Equal(("function_call", "get_weather", """{"city":"Bern"}"""), (call.GetProperty("type").GetString(), call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.Equal("Sunny.", TextOf(second));
        var messages = JsonElement.Parse(upstream.Requests.Last(request => request.Path.Contains("/chat/", StringComparison.Ordinal)).Body).GetProperty("messages");
        Assert.Equal(["user", "assistant", "tool"], messages.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(("call_1", "22 degrees"), (messages[2].GetProperty("tool_call_id").GetString(), messages[2].GetProperty("content").GetString()));
    }

    [Fact]
    public async Task ItemReference_OfAKeptAnswer_IsTheItem()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        Answer(upstream, FakeReply.Text("One."), FakeReply.Text("Two."));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var first = await CreateAsync(gateway, """{"model":"fake/m","input":"a"}""", isStreaming: false);

        await CreateAsync(
            gateway,
            $$"""{"model":"fake/m","input":[{"role":"user","content":"a"},{"type":"item_reference","id":"{{first.GetProperty("output")[0].GetProperty("id").GetString()}}"},{"role":"user","content":"b"}]}""",
            isStreaming: false);

        Assert.Equal(["user:a", "assistant:One.", "user:b"], Messages(JsonElement.Parse(upstream.Requests.Last(request => request.Path.Contains("/chat/", StringComparison.Ordinal)).Body)));
        using var unknown = await gateway.PostAsync("/v1/responses", """{"model":"fake/m","input":[{"type":"item_reference","id":"msg_none"}]}""");
        await ErrorAssert.IsAsync(unknown, 400, "invalid_request_error", "invalid_value", "input[0]");
    }

    [Fact]
    public async Task Kept_Answer_IsFoundListedAndDeleted()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var created = await CreateAsync(gateway, """{"model":"fake/m","input":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":[{"type":"input_text","text":"c"}]}]}""", isStreaming: false);

        Assert.Equal(created.ToString(), (await gateway.GetJsonAsync($"/v1/responses/{Id(created)}")).ToString());
        var newest = await gateway.GetJsonAsync($"/v1/responses/{Id(created)}/input_items?limit=2");
        var oldest = await gateway.GetJsonAsync($"/v1/responses/{Id(created)}/input_items?order=asc");
        Assert.Equal(["c", "b"], Texts(newest));
        Assert.Equal((true, false), (newest.GetProperty("has_more").GetBoolean(), oldest.GetProperty("has_more").GetBoolean()));
        Assert.Equal(["a", "b", "c"], Texts(oldest));
        Assert.Equal(["a"], Texts(await gateway.GetJsonAsync($"/v1/responses/{Id(created)}/input_items?after={newest.GetProperty("last_id").GetString()}")));

        using var deleted = await gateway.Client.DeleteAsync($"/v1/responses/{Id(created)}");
        Assert.True((await deleted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deleted").GetBoolean());
        foreach (var address in (string[])[$"/v1/responses/{Id(created)}", $"/v1/responses/{Id(created)}/input_items"])
        {
            using var gone = await gateway.Client.GetAsync(address);
            await ErrorAssert.IsAsync(gone, 404, "invalid_request_error", "not_found");
        }

        using var previous = await gateway.PostAsync("/v1/responses", $$"""{"model":"fake/m","input":"d","previous_response_id":"{{Id(created)}}"}""");
        await ErrorAssert.IsAsync(previous, 400, "invalid_request_error", "previous_response_not_found", "previous_response_id");

        static IEnumerable<string?> Texts(JsonElement list) => list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Kept_AnotherTenant_Is404()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""",
            tenants: """
            tenants: { acme: {}, globex: {} }
            keys: [ { tenant: acme, name: a, key: "${ACME}" }, { tenant: globex, name: g, key: "${GLOBEX}" } ]
            """,
            environment: new() { ["ACME"] = Keys, ["GLOBEX"] = "ck_globex_0123456789abcdefghij" });
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys);
        var mine = await CreateAsync(gateway, """{"model":"fake/m","input":"a"}""", isStreaming: false);
        var item = mine.GetProperty("output")[0].GetProperty("id").GetString();

        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "ck_globex_0123456789abcdefghij");

        using var found = await gateway.Client.GetAsync($"/v1/responses/{Id(mine)}");
        using var deleted = await gateway.Client.DeleteAsync($"/v1/responses/{Id(mine)}");
        using var gone = await gateway.PostAsync("/v1/responses", $$"""{"model":"fake/m","input":"b","previous_response_id":"{{Id(mine)}}"}""");
        using var referred = await gateway.PostAsync("/v1/responses", $$"""{"model":"fake/m","input":[{"type":"item_reference","id":"{{item}}"}]}""");
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [found.StatusCode, deleted.StatusCode, gone.StatusCode, referred.StatusCode]);
        gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys);
        Assert.Equal(Id(mine), Id(await gateway.GetJsonAsync($"/v1/responses/{Id(mine)}")));
    }

    [Fact]
    public async Task StoreFalse_KeepsNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        foreach (var isStreaming in (bool[])[false, true])
        {
            var answer = await CreateAsync(gateway, """{"model":"fake/m","input":"a","store":false}""", isStreaming);
            Assert.False(answer.GetProperty("store").GetBoolean());
            using var gone = await gateway.Client.GetAsync($"/v1/responses/{Id(answer)}");
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }
    }

    [Theory]
    [InlineData("enabled: false", false)]
    [InlineData("max_per_tenant: 100B", true)]
    public async Task Store_ThatCannotKeep_SaysSoAndAnswers(string setting, bool isNoticed)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, $"storage: {{ responses: {{ {setting} }} }}");

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"fake/m","input":"a"}""");
        var whole = await response.Content.ReadFromJsonAsync<JsonElement>();
        var streamed = await CreateAsync(gateway, """{"model":"fake/m","input":"a"}""", isStreaming: true);

        Assert.Equal((false, false), (whole.GetProperty("store").GetBoolean(), streamed.GetProperty("store").GetBoolean()));
        Assert.Equal(isNoticed, response.Headers.Contains("x-conductor-notices"));
        Assert.Equal("Hello from fake.", TextOf(whole));
    }

    [Fact]
    public async Task Conversation_LargerThanAllowed_IsRefused()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "storage: { responses: { max_conversation: 2KiB } }");
        var first = await CreateAsync(gateway, $$"""{"model":"fake/m","input":"{{new string('x', 3000)}}"}""", isStreaming: false);

        using var refused = await gateway.PostAsync("/v1/responses", $$"""{"model":"fake/m","input":"b","previous_response_id":"{{Id(first)}}"}""");

        await ErrorAssert.IsAsync(refused, 400, "invalid_request_error", "invalid_value", "previous_response_id");
    }

    [Fact]
    public async Task Kept_Answer_SurvivesARestart()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = await FakeUpstream.StartAsync();
        var yaml = $$"""
            providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }
            """;
        JsonElement first;
        await using (var gateway = await TestGateway.StartAsync(yaml, data: folder.Path))
        {
            first = await CreateAsync(gateway, """{"model":"fake/m","input":"a"}""", isStreaming: false);
        }

        await using var next = await TestGateway.StartAsync(yaml, data: folder.Path);
        await CreateAsync(next, $$"""{"model":"fake/m","input":"b","previous_response_id":"{{Id(first)}}"}""", isStreaming: false);

        Assert.Equal(["user:a", "assistant:Hello from fake.", "user:b"], Messages(JsonElement.Parse(upstream.Requests.Last(request => request.Path.Contains("/chat/", StringComparison.Ordinal)).Body)));
    }

    [Theory]
    [InlineData("""{"model":"fake/m","input":"a","background":true}""", 400, "unsupported_parameter", "background")]
    [InlineData("""{"model":"fake/m","input":"a","conversation":"conv_1"}""", 400, "unsupported_parameter", "conversation")]
    [InlineData("""{"model":"fake/m","prompt":{"id":"p"}}""", 400, "unsupported_parameter", "prompt")]
    [InlineData("""{"model":"fake/m","input":"a","tools":[{"type":"web_search"}]}""", 400, "unsupported_parameter", "tools[0]")]
    [InlineData("""{"model":"fake/m"}""", 400, "missing_required_parameter", "input")]
    [InlineData("""{"model":"fake/m","input":[{"role":"user","content":[{"type":"input_text"}]}]}""", 400, "missing_required_parameter", "input[0].content[0].text")]
    [InlineData("""{"model":"fake/m","input":"a","previous_response_id":"resp_none"}""", 400, "previous_response_not_found", "previous_response_id")]
    [InlineData("""{"model":"nobody/m","input":"a"}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"fake/m","input":"a","stream":1}""", 400, "invalid_type", "stream")]
    [InlineData("{", 400, "invalid_json", null)]
    public async Task Create_WhatIsWrong_IsSaidInTheShapeOfErrors(string body, int status, string code, string? param)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/responses", body);

        await ErrorAssert.IsAsync(response, status, "invalid_request_error", code, param);
    }

    [Fact]
    public async Task Stream_FailureAfterContent_IsErrorFlatAndNestedThenFailed()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var gate = new TaskCompletionSource();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("He").WaitFor(gate.Task).Reset()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = JsonContent.Create(new { model = "fake/m", input = "hi", stream = true }) };
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead); // back once the first content is there
        gate.SetResult();
        var events = Events(await response.Content.ReadAsStringAsync());

        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(item => item.GetProperty("sequence_number").GetInt32()));
        var (error, failed) = (events[^2], events[^1]);
        Assert.Equal(("error", "response.failed"), (error.GetProperty("type").GetString(), failed.GetProperty("type").GetString()));
        Assert.Equal(error.GetProperty("code").GetString(), error.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(error.GetProperty("message").GetString(), error.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("failed", failed.GetProperty("response").GetProperty("status").GetString());
        using var gone = await gateway.Client.GetAsync($"/v1/responses/{failed.GetProperty("response").GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Stream_ErrorBeforeContent_IsAStatus()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Error(400, "context_length_exceeded", "too long"));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"fake/m","input":"hi","stream":true}""");

        await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "context_length_exceeded");
    }

    [Theory]
    [InlineData("GET", "/v1/responses", 405)]
    [InlineData("GET", "/v1/responses/resp_1", 404)]
    [InlineData("DELETE", "/v1/responses/resp_1", 404)]
    [InlineData("GET", "/v1/responses/resp_1/input_items", 404)]
    [InlineData("POST", "/v1/responses/resp_1/cancel", 404)]
    [InlineData("PUT", "/openai/v1/responses/resp_1", 405)]
    public async Task Addresses_Failures_HaveTheShapeOfErrors(string method, string address, int status)
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), address));

        await ErrorAssert.IsAsync(response, status, "invalid_request_error", status == 404 ? "not_found" : "method_not_allowed");
    }

    /// <summary>These answers to chats, in their order, whatever else is asked between them.</summary>
    private static void Answer(FakeUpstream upstream, params FakeReply[] replies)
    {
        var next = 0;
        upstream.Otherwise(FakeReply.Choose(request => request.Path.Contains("/chat/", StringComparison.Ordinal) ? replies[next++] : FakeReply.Models("m")));
    }

    private static async Task<JsonElement> CreateAsync(TestGateway gateway, string body, bool isStreaming)
    {
        if (isStreaming)
        {
            body = string.Concat("""{"stream":true,""", body.AsSpan(1));
        }

        using var response = await gateway.PostAsync("/v1/responses", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        if (!isStreaming)
        {
            return JsonElement.Parse(text);
        }

        var last = Events(text)[^1];
        Assert.Equal("response.completed", last.GetProperty("type").GetString());
        return last.GetProperty("response");
    }

    private static string? Id(JsonElement answer) => answer.GetProperty("id").GetString();

    private static string TextOf(JsonElement answer) => string.Concat(answer.GetProperty("output").EnumerateArray()
        .Where(item => item.GetProperty("type").GetString() == "message")
        .SelectMany(item => item.GetProperty("content").EnumerateArray())
        .Select(part => part.GetProperty("text").GetString()));

    private static IEnumerable<string> Messages(JsonElement sent) =>
        sent.GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}");

    private static List<JsonElement> Events(string text) =>
        [.. text.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => JsonElement.Parse(Encoding.UTF8.GetBytes(line["data: ".Length..])))];
}
