using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>OpenAI's Responses API in front of the plugin that speaks it: bytes go through both ways, and the gateway's memory of answers works all the same.</summary>
public sealed class ResponsesRawTests
{
    private const string Whole =
        """{ "id":"resp_up","object":"response","created_at":1700000000,"status":"completed","model":"gpt-x-2026","odd":[1.50],"output":[{"type":"message","id":"msg_up","role":"assistant","status":"completed","content":[{"type":"output_text","text":"One\u00e9.","annotations":[]}]}],"usage":{"input_tokens":7,"output_tokens":5,"total_tokens":12} }""";

    private static readonly string Stream = string.Concat(
        "event: response.created\r\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_up\",\"status\":\"in_progress\",\"output\":[]}}\r\n\r\n",
        ": odd\n\nevent: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"item_id\":\"msg_up\",\"output_index\":0,\"content_index\":0,\"delta\":\"One\\u00e9.\",\"obfuscation\":\"zz\"}\n\n",
        "event: response.news\ndata: {\"type\":\"response.news\",\"sequence_number\":2}\n\n",
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":3,\"response\":", Whole, "}\n\n");

    [Fact]
    public async Task Whole_BytesPassBothWays()
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/v1/responses", """{ "model" : "openai/gpt-x", "input":"h\u00e9", "provider":"openai","odd" : [1.50], "tools":[{"type":"web_search"}] }""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Whole, await response.Content.ReadAsStringAsync());
        Assert.Equal("""{ "model" : "gpt-x", "input":"h\u00e9", "odd" : [1.50], "tools":[{"type":"web_search"}] }""", Encoding.UTF8.GetString(Asked(upstream, "/responses").Body));
        Assert.Equal("Bearer key-0123456789abcdef", Asked(upstream, "/responses").Headers["Authorization"]);
    }

    [Fact]
    public async Task Stream_EventsPassAsTheyCame()
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"openai/gpt-x","input":"hi","stream":true}""");

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(Stream.Replace(": odd\n\n", "", StringComparison.Ordinal), (await response.Content.ReadAsStringAsync()).Replace(": odd\n\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PreviousResponse_IsTheGatewaysOwn_AndIsSaidAnew(bool isStreaming)
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);
        using (var first = await gateway.PostAsync("/v1/responses", $$"""{"model":"openai/gpt-x","input":"a","stream":{{(isStreaming ? "true" : "false")}}}"""))
        {
            await first.Content.ReadAsStringAsync();
        }

        using var second = await gateway.PostAsync("/v1/responses", """{"model":"openai/gpt-x","input":"b","previous_response_id":"resp_up"}""");
        var answer = await second.Content.ReadFromJsonAsync<JsonElement>();
        using var kept = await gateway.Client.GetAsync("/v1/responses/resp_up");

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal("resp_up", answer.GetProperty("previous_response_id").GetString());
        Assert.NotEqual("resp_up", answer.GetProperty("id").GetString());
        Assert.Equal("msg_up", (await kept.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("output")[0].GetProperty("id").GetString());
        // The upstream is told the whole conversation, and no id of an answer that another target may have given.
        var chat = Asked(upstream, "/chat/completions").Json;
        Assert.Equal(["user:a", "assistant:Oneé.", "user:b"], chat.GetProperty("messages").EnumerateArray().Select(message => $"{message.GetProperty("role").GetString()}:{message.GetProperty("content").GetString()}"));
        Assert.False(chat.TryGetProperty("previous_response_id", out _));
    }

    [Fact]
    public async Task NotStored_CannotBeGoneOnFrom()
    {
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);
        using (var first = await gateway.PostAsync("/v1/responses", """{"model":"openai/gpt-x","input":"a","store":false}"""))
        {
            Assert.Equal(Whole, await first.Content.ReadAsStringAsync());
        }

        using var second = await gateway.PostAsync("/v1/responses", """{"model":"openai/gpt-x","input":"b","previous_response_id":"resp_up"}""");

        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.Equal("previous_response_not_found", (await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Failure_IsOneOfTheDialect()
    {
        await using var upstream = await UpstreamAsync(FakeReply.Error(400, "model_not_found", "no such model"));
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/v1/responses", """{"model":"openai/gpt-x","input":"a"}""");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("model_not_found", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<FakeUpstream> UpstreamAsync(FakeReply? answer = null)
    {
        var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request =>
            request.Path.EndsWith("/models", StringComparison.Ordinal) ? FakeReply.Models("gpt-x")
            : request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeReply.Text("Two.")
            : answer is not null ? answer
            : request.Json.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True ? FakeReply.Bytes(200, Encoding.UTF8.GetBytes(Stream), "text/event-stream")
            : FakeReply.Bytes(200, Encoding.UTF8.GetBytes(Whole), "application/json")));
        return upstream;
    }

    private static RecordedRequest Asked(FakeUpstream upstream, string path) => upstream.Requests.Single(request => request.Path.EndsWith(path, StringComparison.Ordinal));

    private static Task<TestGateway> GatewayAsync(FakeUpstream upstream) => TestGateway.StartAsync(
        $$"""providers: { openai: { plugin: openai, base_url: "{{upstream.BaseUrl}}", keys: [ "key-0123456789abcdef" ], price: free } }""");
}
