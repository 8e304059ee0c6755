using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>`/v1/completions`: raw where the target has it, as a chat where it has not.</summary>
public sealed class CompletionsTests : IAsyncLifetime
{
    private const string Whole = """{ "id":"cmpl-up", "object":"text_completion", "created":1, "model":"m", "choices":[{"text":" a time","index":0,"logprobs":null,"finish_reason":"length"}], "usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}, "odd":[1] }""";

    private FakeUpstream _upstream = null!;
    private FakeOllama _ollama = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _ollama = await FakeOllama.StartAsync(models: new FakeOllamaModel { Name = "llama3.2" });
        _gateway = await TestGateway.StartAsync($$"""
            providers:
              fake: { plugin: openai-compatible, base_url: "{{_upstream.BaseUrl}}", models: [ m ] }
              ollama: { plugin: ollama, base_url: "{{_ollama.BaseUrl}}" }
            """);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _ollama.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1/completions")]
    [InlineData("/openai/v1/completions")]
    public async Task Raw_BytesGoThroughBothWays(string path)
    {
        _upstream.Otherwise(FakeReply.Json(Whole));
        const string Rest = "\"prompt\":[[1,2],[3]],\"best_of\":4,\"suffix\":\"x\",\"logprobs\":5,\"echo\":true,\"max_tokens\":0,\"unheard_of\":{}";

        using var response = await _gateway.PostAsync(path, $$"""{"model":"fake/m",{{Rest}}}""");

        Assert.Equal(Whole, await response.Content.ReadAsStringAsync());
        var request = Assert.Single(_upstream.Requests, request => request.Path == "/v1/completions");
        Assert.Equal($$"""{"model":"m",{{Rest}}}""", request.BodyText);
        Assert.False(response.Headers.Contains("x-conductor-loss"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Raw_Stream_UsageIsAskedForAndTakenOutAgainWhereNobodyWantsIt(bool wantsUsage)
    {
        const string Piece = "data: {\"choices\":[{\"text\":\" a\",\"index\":0,\"finish_reason\":null}]}\n\n";
        const string End = "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"stop\"}]}\r\n\r\n";
        const string Usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3,\"total_tokens\":5}}\n\n";
        _upstream.Otherwise(FakeReply.Stream(new FakeStream().Raw(Piece + End + Usage).Done()));

        using var response = await _gateway.PostAsync("/v1/completions", $$"""{"model":"fake/m","prompt":"Once","stream":true{{(wantsUsage ? ",\"stream_options\":{\"include_usage\":true}" : "")}}}""");

        Assert.Equal(Piece + End + (wantsUsage ? Usage : "") + "data: [DONE]\n\n", await response.Content.ReadAsStringAsync());
        Assert.True(_upstream.Requests[^1].Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Target_WithoutTheAddress_IsAskedAsAChat(int status)
    {
        _upstream.Otherwise(FakeReply.Choose(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeReply.Text("a time") : FakeReply.Error(status)));

        using var response = await _gateway.PostAsync("/v1/completions", """{"model":"fake/m","prompt":"Once upon ","echo":true,"max_tokens":9,"best_of":2}""");

        var json = await JsonOf(response);
        Assert.Equal(("text_completion", "m"), (json.GetProperty("object").GetString(), json.GetProperty("model").GetString()));
        Assert.Equal("Once upon a time", json.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.True(json.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        Assert.Equal(["prompt"], response.Headers.GetValues("x-conductor-loss"));
        Assert.Equal(["best_of"], response.Headers.GetValues("x-conductor-dropped-params"));
        Assert.Equal(["1"], response.Headers.GetValues("x-conductor-attempts"));
        Assert.Equal("Once upon ", _upstream.Requests[^1].Json.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Typed_OtherDialect_WholeAndStreamed()
    {
        _ollama.Reply(FakeOllamaReply.Text("a time.")).Reply(FakeOllamaReply.Text("a time."));

        using var whole = await _gateway.PostAsync("/v1/completions", """{"model":"ollama/llama3.2","prompt":["Once upon "]}""");
        using var streamed = await _gateway.PostAsync("/v1/completions", """{"model":"ollama/llama3.2","prompt":"Once upon ","stream":true,"echo":true,"stream_options":{"include_usage":true}}""");
        var text = await streamed.Content.ReadAsStringAsync();

        Assert.Equal("a time.", (await JsonOf(whole)).GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(["prompt"], streamed.Headers.GetValues("x-conductor-loss"));
        var chunks = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(item => JsonElement.Parse(item["data: ".Length..])).ToList();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Equal("Once upon a time.", string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("text").GetString())));
        Assert.True(chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        Assert.All(_ollama.RequestsTo("/api/chat"), request => Assert.Equal(16, request.Json.GetProperty("options").GetProperty("num_predict").GetInt32()));
    }

    [Theory]
    [InlineData("\"prompt\":[1,2,3]", "prompt")]
    [InlineData("\"prompt\":[\"a\",\"b\"]", "prompt")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix")]
    public async Task Typed_WhatAChatCannotDo_IsRefused(string members, string param)
    {
        using var response = await _gateway.PostAsync("/v1/completions", $$"""{"model":"ollama/llama3.2",{{members}}}""");

        Assert.Equal(param, (await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter")).GetProperty("param").GetString());
        Assert.Empty(_ollama.RequestsTo("/api/chat"));
    }

    [Fact]
    public async Task Typed_Strict_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("""{"model":"ollama/llama3.2","prompt":"a"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-strict", "true");

        using var response = await _gateway.Client.SendAsync(request);

        Assert.Equal("prompt", (await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter")).GetProperty("param").GetString());
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }
}
