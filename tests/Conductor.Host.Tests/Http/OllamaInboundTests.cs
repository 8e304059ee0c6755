using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>Ollama's API in front of a target of another dialect.</summary>
public class OllamaInboundTests
{
    [Fact]
    public async Task Chat_StreamsUnlessTurnedOff()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var streamed = await gateway.PostAsync("/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}],"options":{"num_predict":9,"seed":7}}""");
        var lines = (await streamed.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        using var answered = await gateway.PostAsync("/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}],"stream":false}""");
        var whole = await answered.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("application/x-ndjson", streamed.Content.Headers.ContentType?.ToString());
        Assert.Equal("Hello from fake.", string.Concat(lines.Select(line => line.GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal(lines.Count - 1, lines.FindIndex(line => line.GetProperty("done").GetBoolean()));
        Assert.Equal(("stop", true), (lines[^1].GetProperty("done_reason").GetString(), lines[^1].GetProperty("eval_count").GetInt32() > 0));
        Assert.Equal("Hello from fake.", whole.GetProperty("message").GetProperty("content").GetString());
        Assert.True(whole.GetProperty("total_duration").GetInt64() > 0);
        var sent = JsonElement.Parse(FirstChat(upstream));
        Assert.Equal((9, 7), (sent.GetProperty("max_tokens").GetInt32(), sent.GetProperty("seed").GetInt32()));
    }

    [Fact]
    public async Task Generate_PromptAndSystem_AreAChat()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var response = await gateway.PostAsync("/api/generate", """{"model":"fake/m","system":"s","prompt":"p","stream":false}""");
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("Hello from fake.", answer.GetProperty("response").GetString());
        Assert.Equal(["system", "user"], JsonElement.Parse(FirstChat(upstream)).GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Embeddings_BothAddresses()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await GatewayAsync(upstream);

        using var several = await gateway.PostAsync("/api/embed", """{"model":"fake/e","input":["a","b"]}""");
        using var one = await gateway.PostAsync("/api/embeddings", """{"model":"fake/e","prompt":"a"}""");

        Assert.Equal(2, (await several.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("embeddings").GetArrayLength());
        Assert.Equal("[0.25,-0.5,1]", (await one.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("embedding").GetRawText());
    }

    [Fact]
    public async Task Lists_KnowTheGatewaysModels()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await GatewayAsync(upstream);

        var tags = await gateway.GetJsonAsync("/api/tags");
        using var shown = await gateway.PostAsync("/api/show", """{"model":"fake/fake-model"}""");

        Assert.Contains("fake/fake-model", tags.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Array, (await shown.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("capabilities").ValueKind);
        Assert.Equal(0, (await gateway.GetJsonAsync("/api/ps")).GetProperty("models").GetArrayLength());
        Assert.NotEmpty((await gateway.GetJsonAsync("/api/version")).GetProperty("version").GetString()!);
    }

    [Theory]
    [InlineData("POST", "/api/chat", """{"model":"nobody/m","messages":[{"role":"user","content":"hi"}]}""", 404)]
    [InlineData("POST", "/api/chat", """{"model":"fake/m","messages":[]}""", 400)]
    [InlineData("POST", "/api/chat", """{""", 400)]
    [InlineData("POST", "/api/generate", """{"model":"fake/m","prompt":"p","raw":true}""", 400)]
    [InlineData("POST", "/api/show", """{"model":"nobody"}""", 404)]
    [InlineData("GET", "/api/chat", null, 405)]
    [InlineData("POST", "/api/pull", "{}", 404)]
    public async Task Failures_AreAText(string method, string address, string? body, int status)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await GatewayAsync(upstream);
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("error", Assert.Single(error.EnumerateObject()).Name);
        Assert.NotEmpty(error.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Stream_FailureAfterContent_IsALastLine()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Path.EndsWith("/models", StringComparison.Ordinal)
            ? FakeReply.Models("m")
            : FakeReply.Stream(new FakeStream().Role().Chunk("He").WaitFor(gate.Task).Reset())));
        await using var gateway = await GatewayAsync(upstream);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/chat") { Content = JsonContent.Create(new { model = "fake/m", messages = new[] { new { role = "user", content = "hi" } } }) };

        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        gate.SetResult();
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.DoesNotContain("\"done\":true", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.NotEmpty(JsonElement.Parse(lines[^1]).GetProperty("error").GetString()!);
    }

    private static Task<TestGateway> GatewayAsync(FakeUpstream upstream) => TestGateway.StartAsync(
        $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""");

    private static byte[] FirstChat(FakeUpstream upstream) => upstream.Requests.First(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)).Body;
}
