using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

public class OperationStreamTests
{
    private const string Generate = "/v1/operations/response_generation";
    private const string Question = """{"text":"hello","model":"fake/m"}""";
    private const string Streaming = """{"text":"hello","model":"fake/m","parameters":{"stream":true}}""";

    [Theory]
    [InlineData(Generate, Streaming)]
    [InlineData(Generate + "?stream=true", Question)]
    public async Task Stream_Success_DeltasThenTheWholeResponseThenDone(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("\n Hel").Chunk("lo ").Chunk("\"there\" 🙂").Chunk(" \n").Finish().Usage(new FakeUsage(7, 5)).Done()));
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, path, body);

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(["fake"], response.Headers.GetValues("x-conductor-provider"));
        Assert.False(response.Headers.Contains("x-conductor-cost-usd")); // not known at the first byte
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var events = EventsOf(text);
        var deltas = events.SkipLast(1).Select(one => one.GetProperty("delta").GetString()).ToList();
        Assert.True(deltas.Count >= 3, "one for each piece");
        var last = events[^1];
        Assert.Equal(["result", "metadata", "usage", "performance", "cost", "cost_status"], last.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Hello \"there\" 🙂", string.Concat(deltas));
        Assert.Equal(string.Concat(deltas), last.GetProperty("result").GetProperty("text").GetString());
        Assert.Equal("stop", last.GetProperty("result").GetProperty("finish_reason").GetString());
        Assert.Equal((7, 5), (last.GetProperty("usage").GetProperty("input_tokens").GetInt32(), last.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        Assert.Equal((0m, "settled"), (last.GetProperty("cost").GetDecimal(), last.GetProperty("cost_status").GetString()));
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), last.GetProperty("metadata").GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Stream_EachDelta_GoesOutAtOnce()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("first").WaitFor(gate.Task).Chunk("second").Finish().Done()));
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, Generate, Streaming);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("""data: {"delta":"first"}""", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        gate.SetResult();

        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_OtherOperation_ResultEventAndDone()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, "/v1/operations/sentiment_analysis?stream=true", """{"text":"What a wonderful, lovely day!","language":"en"}""");

        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Equal("positive", Assert.Single(EventsOf(text)).GetProperty("result").GetProperty("sentiment").GetString());
        Assert.Equal(["0.000000000"], response.Headers.GetValues("x-conductor-cost-usd")); // a whole answer: it is known
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_FailureAfterContent_ErrorEventAndNoDone(bool isReset)
    {
        var gate = new TaskCompletionSource();
        var stream = new FakeStream().Role().Chunk("one").WaitFor(gate.Task);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(isReset ? stream.Reset() : stream.Error("upstream canary text")));
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, Generate, Streaming);
        gate.SetResult();
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"result\"", text, StringComparison.Ordinal);
        var events = EventsOf(text);
        Assert.Equal("one", events[0].GetProperty("delta").GetString());
        Assert.Equal("upstream_error", events[^1].GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(isReset ? "upstream_unreachable" : "upstream_error", events[^1].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), events[^1].GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Stream_ErrorBeforeContent_IsAStatusNotAStream()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("  ").Error()));
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, Generate, Streaming);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Stream_ClientLeaves_UpstreamStopsAndTheRowSaysCancelled()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(FakeStream.Endless()));
        await using var gateway = await StartAsync(upstream);
        gateway.Client.DefaultRequestHeaders.Add("x-request-id", "left");

        using (var response = await SendAsync(gateway, Generate, Streaming))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.Contains("word", await reader.ReadLineAsync(), StringComparison.Ordinal);
        }

        await ChatTests.Chat(upstream).Aborted.WaitAsync(TimeSpan.FromSeconds(5));
        await gateway.App.DrainAsync();
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);
        var row = Assert.Single(await gateway.App.Services.GetRequiredService<ILedgerStore>().FindAsync("default", "left", CancellationToken.None));
        Assert.Equal((AttemptStatus.Cancelled, true), (row.Status, row.Usage.OutputTokens > 0));
    }

    [Fact]
    public async Task Stream_StillOpenWhenTheDrainIsOver_ErrorEventAndNoDone()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("so far").WaitFor(new TaskCompletionSource().Task).Finish().Done()));
        await using var gateway = await StartAsync(upstream, "server: { drain_timeout: 1s }");

        using var response = await SendAsync(gateway, Generate, Streaming);
        var reading = response.Content.ReadAsStringAsync();
        Assert.False(await gateway.App.DrainAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        var events = EventsOf(await reading.WaitAsync(TimeSpan.FromSeconds(5)));

        Assert.Equal("so far", events[0].GetProperty("delta").GetString());
        Assert.Equal("shutting_down", events[^1].GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("?stream=maybe", Question, "stream")]
    [InlineData("?stream=true", """{"inputs":["x"],"model":"fake/m"}""", "stream")]
    [InlineData("", """{"inputs":["x"],"model":"fake/m","parameters":{"stream":true}}""", "parameters.stream")]
    [InlineData("", """{"text":"x","parameters":{"stream":"yes"}}""", "parameters.stream")]
    public async Task Stream_WrongOrWithABatch_400NamingTheField(string query, string body, string param)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, Generate + query, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("param").GetString());
    }

    private static Task<TestGateway> StartAsync(FakeUpstream upstream, string more = "") => TestGateway.StartAsync(
        $$"""
        providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }
        {{more}}
        """);

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static List<JsonElement> EventsOf(string text) =>
        [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(one => one != "data: [DONE]" && !one.StartsWith(':')).Select(one => JsonElement.Parse(one["data: ".Length..]))];
}
