using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Real;

/// <summary>The gateway in front of a real server with a real model. Skipped, with the reason, where there is none.</summary>
public sealed class LlamaServerTests(StoryServer server) : IClassFixture<StoryServer>
{
    private const string Model = "llama/" + LlamaServer.Model;
    private static readonly string Question = Chat("\"max_tokens\":30,\"temperature\":0,\"seed\":7");

    [SkippableFact]
    public async Task Real_Chat_AnswersWithUsageAndWhoAnswered()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.PostAsync("/v1/chat/completions", Question);

        var body = await JsonOf(response);
        Assert.NotEmpty(TextOf(body));
        Assert.InRange(body.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 30);
        Assert.Equal(["llama"], response.Headers.GetValues("x-conductor-provider"));
        Assert.Equal(["0.000000000"], response.Headers.GetValues("x-conductor-cost-usd")); // loopback is free by declaration
    }

    [SkippableFact]
    public async Task Real_Stream_IsTheWholeAnswerPieceByPiece()
    {
        await using var gateway = await StartAsync();
        using var whole = await gateway.PostAsync("/v1/chat/completions", Question);

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat("\"max_tokens\":30,\"temperature\":0,\"seed\":7,\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var chunks = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => JsonElement.Parse(line["data: ".Length..])).ToList();
        var pieces = chunks.Select(PieceOf).Where(piece => piece.Length > 0).ToList();
        Assert.True(pieces.Count > 3, "more than a few pieces");
        Assert.Equal(TextOf(await JsonOf(whole)), string.Concat(pieces));
        Assert.InRange(chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 30);
    }

    // Of a stream only: without one, llama.cpp b9844 generates to the end whether its client is there or not. That the gateway hangs up at once then
    // as well is shown with a scripted upstream (ChatTests).
    [SkippableFact]
    public async Task Real_ClientLeavesAStream_ServerIdleWithinASecond()
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Json(Chat("\"max_tokens\":100000,\"stream\":true")) };

        using (var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1000]);
            Assert.True(await server.IsGeneratingAsync());
        }

        await LlamaServer.UntilAsync(async () => !await server.IsGeneratingAsync(), TimeSpan.FromSeconds(1), "the server went on generating for more than a second");
    }

    [SkippableFact]
    public async Task Real_JsonSchemaOfACaller_HoldsTheAnswer()
    {
        await using var gateway = await StartAsync();
        const string Schema = """{"type":"object","properties":{"mood":{"enum":["happy","sad"]}},"required":["mood"],"additionalProperties":false}""";

        using var response = await gateway.PostAsync(
            "/v1/chat/completions", Chat($$$"""
            "max_tokens":100,"response_format":{"type":"json_schema","json_schema":{"name":"mood","strict":true,"schema":{{{Schema}}}}}
            """));

        Assert.Contains(JsonElement.Parse(TextOf(await JsonOf(response))).GetProperty("mood").GetString(), (string[])["happy", "sad"]);
    }

    /// <summary>A model that knows stories only: the server's grammar makes its answer fit, which is what is tested; the judgement is worth nothing.</summary>
    [SkippableFact]
    public async Task Real_OperationByPrompt_AnswerHeldToItsSchema()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/sentiment_analysis", $$"""{"model":"{{Model}}","text":"What a wonderful day!","max_tokens":600}""");

        var body = await JsonOf(response);
        Assert.Contains(body.GetProperty("result").GetProperty("sentiment").GetString(), (string[])["positive", "negative", "neutral"]);
        Assert.Equal(1, body.GetProperty("result").GetProperty("scores").EnumerateObject().Sum(score => score.Value.GetDouble()), precision: 6);
        Assert.Equal(LlamaServer.Model, body.GetProperty("metadata").GetProperty("model_used").GetString());
        Assert.True(body.GetProperty("usage").GetProperty("output_tokens").GetInt32() > 10);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Real_FirstOfTwoTargetsDead_SecondAnswersAndBothAreBooked(bool isStreaming)
    {
        await using var gateway = await StartAsync(
            "  dead: { plugin: openai-compatible, base_url: \"http://127.0.0.1:1/v1\", price: free, models: [ m ] }", $"aliases: {{ both: {{ targets: [ dead/m, {Model} ], strategy: ordered }} }}");
        gateway.Client.DefaultRequestHeaders.Add("x-request-id", "fallback");

        using var response = await gateway.PostAsync(
            "/v1/chat/completions", Chat($"\"max_tokens\":20,\"stream\":{(isStreaming ? "true" : "false")}").Replace(Model, "both", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["2"], response.Headers.GetValues("x-conductor-attempts"));
        Assert.Equal(["1"], response.Headers.GetValues("x-conductor-fallbacks"));
        Assert.Equal(["llama"], response.Headers.GetValues("x-conductor-provider"));
        Assert.Equal(["both"], response.Headers.GetValues("x-conductor-route"));
        var rows = await RowsAsync(gateway, "fallback");
        Assert.Equal([(1, "dead", AttemptStatus.Failed), (2, "llama", AttemptStatus.Succeeded)], rows.Select(row => (row.Attempt, row.Provider, row.Status)));
        Assert.True(rows[1].Usage.OutputTokens > 0);
    }

    [SkippableFact]
    public async Task Real_OperationWithItsFirstTargetDead_SaysThatItFellBack()
    {
        await using var gateway = await StartAsync(
            "  dead: { plugin: openai-compatible, base_url: \"http://127.0.0.1:1/v1\", price: free, models: [ m ] }", $"aliases: {{ both: {{ targets: [ dead/m, {Model} ], strategy: ordered }} }}");

        using var response = await gateway.PostAsync("/v1/operations/response_generation", """{"model":"both","text":"Once upon a time","max_tokens":20}""");

        var metadata = (await JsonOf(response)).GetProperty("metadata");
        Assert.True(metadata.GetProperty("fallback_used").GetBoolean());
        Assert.Equal("upstream_unreachable", metadata.GetProperty("fallback_reason").GetString());
        Assert.Equal("llama", metadata.GetProperty("provider_used").GetString());
    }

    [SkippableFact]
    public async Task Real_OperationStreamed_DeltasAreTheResultWithUsage()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/response_generation", $$$"""{"model":"{{{Model}}}","text":"Once upon a time","max_tokens":40,"parameters":{"stream":true}}""");

        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(line => JsonElement.Parse(line["data: ".Length..])).ToList();
        Assert.True(events.Count > 5, "more than a few pieces");
        Assert.Equal(string.Concat(events.SkipLast(1).Select(one => one.GetProperty("delta").GetString())), events[^1].GetProperty("result").GetProperty("text").GetString());
        Assert.InRange(events[^1].GetProperty("usage").GetProperty("output_tokens").GetInt32(), 5, 40);
        Assert.Equal("settled", events[^1].GetProperty("cost_status").GetString());
    }

    [SkippableFact]
    public async Task Real_ClientLeavesAnOperationsStream_ServerIdleWithinASecond()
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/operations/response_generation?stream=true")
        {
            Content = Json($$"""{"model":"{{Model}}","text":"Once upon a time","max_tokens":100000}"""),
        };

        using (var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[100]);
        }

        await LlamaServer.UntilAsync(async () => !await server.IsGeneratingAsync(), TimeSpan.FromSeconds(1), "the server went on generating for more than a second");
    }

    [SkippableFact]
    public async Task Real_Batch_EachInputAnsweredInItsPlace()
    {
        await using var gateway = await StartAsync();
        gateway.Client.DefaultRequestHeaders.Add("x-request-id", "batch");

        using var response = await gateway.PostAsync(
            "/v1/operations/response_generation", $$"""{"model":"{{Model}}","inputs":["Once upon a time","","A dog",{"text":"The sun"}],"max_tokens":12}""");

        var body = await JsonOf(response);
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([200, 400, 200, 200], results.Select(item => item.GetProperty("status").GetInt32()));
        Assert.All(results.Where((_, index) => index != 1), item => Assert.NotEmpty(item.GetProperty("result").GetProperty("text").GetString()!));
        Assert.Equal(
            results.Where((_, index) => index != 1).Sum(item => item.GetProperty("usage").GetProperty("output_tokens").GetInt32()),
            body.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Single(await RowsAsync(gateway, "batch.3"));
    }

    private static async Task<IReadOnlyList<LedgerRow>> RowsAsync(TestGateway gateway, string requestId)
    {
        await gateway.App.DrainAsync();
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);
        return await gateway.App.Services.GetRequiredService<ILedgerStore>().FindAsync("default", requestId, CancellationToken.None);
    }

    private Task<TestGateway> StartAsync(string moreProviders = "", string? models = null)
    {
        Skip.If(server.WhyNot is not null, server.WhyNot);
        return TestGateway.StartAsync($"providers:\n  llama: {{ plugin: openai-compatible, base_url: \"{server.BaseUrl}\" }}\n{moreProviders}", models: models);
    }

    private static string Chat(string settings) => $$"""{"model":"{{Model}}","messages":[{"role":"user","content":"Once upon a time"}],{{settings}}}""";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body;
    }

    private static string TextOf(JsonElement answer) => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    private static string PieceOf(JsonElement chunk) =>
        chunk.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
}
