using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Real;

/// <summary>The official npm clients of the Responses API, told nothing but the base URL, in front of a scripted target that knows chats alone. Skipped, with the reason, where they are missing.</summary>
public sealed class ResponsesNodeTests
{
    private const string Weather = """{"city":"Bern"}""";

    [SkippableFact]
    public async Task OpenAI_EverythingItCanAskFor_Works()
    {
        Skip.If(NodeClient.WhyNot is not null, NodeClient.WhyNot);
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var client = NodeClient.Start("responses.mjs", new Uri(gateway.Address, "/v1").ToString(), "fake/m", "fake/tools", "fake/json", "fake/slow", "fake/broken");
        var found = await client.ReadAsync();

        // The script still lives: it is abort() that stops the model.
        await upstream.Requests.Last(request => Text(request).Contains("\"slow\"", StringComparison.Ordinal)).Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("""{"text":"Hello from fake.","status":"completed","tokens":12,"provider":"fake"}""", Tokens(found.GetProperty("create")));
        Assert.Equal("""{"id":true,"text":"Hello from fake."}""", found.GetProperty("previous").GetRawText());
        Assert.Equal("Hello from fake.", found.GetProperty("retrieve").GetString());
        Assert.Equal("""["And then?"]""", found.GetProperty("inputItems").GetRawText());
        var deleted = found.GetProperty("deleted");
        Assert.Equal((true, "not_found", "invalid_request_error"), (deleted.GetProperty("isNotFound").GetBoolean(), deleted.GetProperty("code").GetString(), deleted.GetProperty("type").GetString()));
        Assert.StartsWith("req_", deleted.GetProperty("requestId").GetString(), StringComparison.Ordinal);
        Assert.Equal("Hello from fake.", found.GetProperty("stream").GetProperty("text").GetString());
        Assert.Equal("response.completed", found.GetProperty("stream").GetProperty("kinds").EnumerateArray().Last().GetString());
        Assert.Equal("""{"text":"Hello from fake.","status":"completed"}""", found.GetProperty("helper").GetRawText());
        foreach (var mode in (string[])["tools", "toolsStreamed"])
        {
            Assert.Equal(
                """["c1:get_weather:{\"city\":\"Bern\"}","c2:get_weather:{\"city\":\"Basel\"}"]""",
                found.GetProperty(mode).GetProperty("calls").GetRawText());
            Assert.Equal("It is warm.", found.GetProperty(mode).GetProperty("text").GetString());
        }

        Assert.Equal(Weather, found.GetProperty("parsed").GetRawText());
        Assert.Equal("completed", found.GetProperty("image").GetString());
        Assert.Equal(
            """{"model":{"status":404,"code":"model_not_found","param":"model","kind":"NotFoundError"},"background":{"status":400,"code":"unsupported_parameter","param":"background","kind":"BadRequestError"},"previous":{"status":400,"code":"previous_response_not_found","param":"previous_response_id","kind":"BadRequestError"}}""",
            found.GetProperty("errors").GetRawText());
        Assert.Equal("""{"isApiError":true,"code":"upstream_error"}""", found.GetProperty("broken").GetRawText());
        Assert.Equal(50, found.GetProperty("many").GetInt32());
        Assert.InRange(found.GetProperty("abort").GetInt32(), 3, 1000); // what had come already is read on
    }

    [SkippableFact]
    public async Task AiSdk_ItsDefaultApi_Works()
    {
        Skip.If(NodeClient.WhyNoPackage("@ai-sdk/openai") is not null, NodeClient.WhyNoPackage("@ai-sdk/openai"));
        await using var upstream = await UpstreamAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var client = NodeClient.Start("ai-sdk.mjs", new Uri(gateway.Address, "/v1").ToString(), "fake/m", "fake/tools", "fake/json", "fake/thinking", "fake/broken");
        var found = await client.ReadAsync();

        Assert.Equal(("Hello from fake.", "stop"), (found.GetProperty("generate").GetProperty("text").GetString(), found.GetProperty("generate").GetProperty("finish").GetString()));
        Assert.Equal("Hello from fake.", found.GetProperty("stream").GetString());
        Assert.Equal("""{"text":"It is warm.","steps":2,"results":["22 degrees in Bern","22 degrees in Basel"]}""", found.GetProperty("tools").GetRawText());
        Assert.Equal("""{"text":"It is warm.","steps":2}""", found.GetProperty("toolsStreamed").GetRawText());
        Assert.Equal("""{"text":"It is warm.","steps":2}""", found.GetProperty("toolsUnkept").GetRawText());
        Assert.Equal(Weather, found.GetProperty("object").GetRawText());
        Assert.Equal("hm, well", found.GetProperty("reasoning").GetString());
        Assert.Equal("hm, well", found.GetProperty("reasoningStreamed").GetString());
        Assert.Equal("Hello from fake.", found.GetProperty("previous").GetString());
        Assert.Equal(404, found.GetProperty("error").GetProperty("status").GetInt32());
        Assert.NotEqual(0, found.GetProperty("broken").GetArrayLength());
    }

    private static Task<TestGateway> GatewayAsync(FakeUpstream upstream) => TestGateway.StartAsync(
        $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m, tools, json, slow, broken, thinking ] } }""");

    /// <summary>By its model: an answer, calls until there are results, JSON, an endless stream, one that breaks, thinking.</summary>
    private static async Task<FakeUpstream> UpstreamAsync() => (await FakeUpstream.StartAsync()).Otherwise(FakeReply.Choose(request =>
    {
        var body = Text(request);
        var isStreaming = body.Contains("\"stream\":true", StringComparison.Ordinal);
        return body switch
        {
            _ when body.Contains("\"model\":\"tools\"", StringComparison.Ordinal) => body.Contains("\"role\":\"tool\"", StringComparison.Ordinal)
                ? FakeReply.Text("It is warm.")
                : FakeReply.ToolCalls(new FakeToolCall("c1", "get_weather", Weather), new FakeToolCall("c2", "get_weather", """{"city":"Basel"}""")),
            _ when body.Contains("\"model\":\"json\"", StringComparison.Ordinal) => FakeReply.Text(Weather),
            _ when body.Contains("\"model\":\"slow\"", StringComparison.Ordinal) => FakeReply.Stream(FakeStream.Endless()),
            _ when body.Contains("\"model\":\"broken\"", StringComparison.Ordinal) => FakeReply.Stream(new FakeStream().Role().Chunk("He").Error()),
            _ when body.Contains("\"model\":\"thinking\"", StringComparison.Ordinal) => isStreaming
                ? FakeReply.Stream(new FakeStream().Role().Delta("""{"reasoning_content":"hm, "}""").Delta("""{"reasoning_content":"well"}""").Chunk("So.").Finish().Done())
                : FakeReply.Json("""{"id":"c","object":"chat.completion","created":1,"model":"thinking","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"hm, well","content":"So."},"finish_reason":"stop"}]}"""),
            _ => FakeReply.Text("Hello from fake."),
        };
    }));

    private static string Text(RecordedRequest request) => Encoding.UTF8.GetString(request.Body);

    // How many tokens the fake states is its own affair.
    private static string Tokens(JsonElement found) => System.Text.RegularExpressions.Regex.Replace(found.GetRawText(), "\"tokens\":[1-9][0-9]*", "\"tokens\":12");
}
