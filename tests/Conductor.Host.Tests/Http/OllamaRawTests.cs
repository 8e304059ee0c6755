using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>A client of Ollama in front of an Ollama: bytes go through both ways.</summary>
public sealed class OllamaRawTests
{
    // Nothing that a reader and a writer would leave as it is: white space, escapes, numbers, members that nobody knows.
    private const string Odd = """ "new_member" : {"\u00e9":[1.50, 2e0]},  "options":{ "num_ctx":8192, "odd_option":1e1 } """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_BytesPassBothWays(bool isStreaming)
    {
        var answer = isStreaming
            ? "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\\u00e9\"},\"odd\": 1.0,\"done\":false}\r\n{\"message\":{\"content\":\"\"},  \"done\":true,\"prompt_eval_count\":4,\"eval_count\":3,\"odd\":[]}\n"
            : """{ "message":{"role":"assistant","content":"\u00e9","odd":1.0}, "done":true,"done_reason":"stop","prompt_eval_count":4,"eval_count":3 }""";
        await using var upstream = await FakeOllama.StartAsync();
        upstream.Reply(FakeOllamaReply.Bytes(Encoding.UTF8.GetBytes(answer), isStreaming ? "application/x-ndjson" : "application/json"));
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync(
            "/api/chat", $$"""{ "model" : "ollama/llama3.2", "provider":"ollama", "stream":{{(isStreaming ? "true" : "false")}},{{Odd}},"messages":[{"role":"user","content":"h\u00e9"}] }""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync());
        Assert.Equal(
            $$"""{ "model" : "llama3.2",  "stream":{{(isStreaming ? "true" : "false")}},{{Odd}},"messages":[{"role":"user","content":"h\u00e9"}] }""",
            Encoding.UTF8.GetString(Assert.Single(upstream.RequestsTo("/api/chat")).Body));
        Assert.False(response.Headers.Contains("x-conductor-dropped-params"));
        if (!isStreaming)
        {
            Assert.Equal("0.000000000", response.Headers.GetValues("x-conductor-cost-usd").Single());
        }
    }

    [Fact]
    public async Task Chat_WithoutAContext_GetsOneThatHoldsIt_AndNothingElseChanges()
    {
        await using var upstream = await FakeOllama.StartAsync();
        await using var gateway = await GatewayAsync(upstream);
        var longText = string.Join(' ', Enumerable.Repeat("word", 5_000));

        using var response = await gateway.PostAsync(
            "/api/chat", $$"""{"model":"ollama/llama3.2","stream":false,"options":{"temperature": 0.50},"odd":"\u0061","messages":[{"role":"user","content":"{{longText}}"}]}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = upstream.RequestsTo("/api/chat")[0];
        Assert.True(sent.Json.GetProperty("options").GetProperty("num_ctx").GetInt32() >= 8_192);
        Assert.False(sent.Json.GetProperty("truncate").GetBoolean());
        Assert.Contains("\"temperature\": 0.50},\"odd\":\"\\u0061\"", Encoding.UTF8.GetString(sent.Body), StringComparison.Ordinal);
        Assert.Equal(5_000, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("prompt_eval_count").GetInt32()); // nothing was cut off
    }

    [Fact]
    public async Task Chat_ThatCannotFit_IsRefusedBeforeItIsSent()
    {
        await using var upstream = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2", ContextLength = 512 });
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync(
            "/api/chat", $$"""{"model":"ollama/llama3.2","stream":false,"messages":[{"role":"user","content":"{{string.Join(' ', Enumerable.Repeat("characters", 2_000))}}"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(upstream.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task Generate_HasWhatOnlyOllamaKnows()
    {
        const string Answer = """{"model":"llama3.2","response":"def f():","done":true,"done_reason":"stop","context":[1,2],"prompt_eval_count":4,"eval_count":3}""";
        await using var upstream = await FakeOllama.StartAsync();
        upstream.Reply(FakeOllamaReply.Bytes(Encoding.UTF8.GetBytes(Answer), "application/json"));
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/api/generate", """{"model":"ollama/llama3.2","prompt":"def ","suffix":"return 1","raw":true,"stream":false}""");

        Assert.Equal(Answer, await response.Content.ReadAsStringAsync());
        var sent = Assert.Single(upstream.RequestsTo("/api/generate")).Json;
        Assert.Equal(("return 1", true), (sent.GetProperty("suffix").GetString(), sent.GetProperty("raw").GetBoolean()));
    }

    [Fact]
    public async Task Stream_ErrorInside_IsALastLine()
    {
        await using var upstream = await FakeOllama.StartAsync();
        upstream.Reply(FakeOllamaReply.Text("He").Break("an error was encountered while running the model"));
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/api/chat", """{"model":"ollama/llama3.2","messages":[{"role":"user","content":"hi"}]}""");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("He", JsonElement.Parse(lines[0]).GetProperty("message").GetProperty("content").GetString());
        Assert.NotEmpty(JsonElement.Parse(lines[^1]).GetProperty("error").GetString()!);
        Assert.DoesNotContain("\"done\":true", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_RawAtTheNewAddress_TypedAtTheOld()
    {
        await using var upstream = await FakeOllama.StartAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var several = await gateway.PostAsync("/api/embed", """{"model":"ollama/all-minilm","input":["a","b"],"odd":1.50}""");
        using var one = await gateway.PostAsync("/api/embeddings", """{"model":"ollama/all-minilm","prompt":"a"}""");

        var text = await several.Content.ReadAsStringAsync();
        Assert.True(several.IsSuccessStatusCode, text);
        Assert.Equal(2, JsonElement.Parse(text).GetProperty("embeddings").GetArrayLength());
        Assert.True((await one.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("embedding").GetArrayLength() > 0);
        var sent = upstream.RequestsTo("/api/embed");
        Assert.Contains("\"odd\":1.50", Encoding.UTF8.GetString(sent[0].Body), StringComparison.Ordinal);
        Assert.False(sent[0].Json.GetProperty("truncate").GetBoolean());
        Assert.Equal("a", sent[1].Json.GetProperty("input")[0].GetString());
    }

    private static Task<TestGateway> GatewayAsync(FakeOllama upstream) => TestGateway.StartAsync($$"""providers: { ollama: { plugin: ollama, base_url: "{{upstream.BaseUrl}}" } }""");
}
