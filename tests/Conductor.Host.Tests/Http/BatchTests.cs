using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

public class BatchTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Sentiment = "/v1/operations/sentiment_analysis";

    [Theory]
    [InlineData(Sentiment)]
    [InlineData(Sentiment + ":batch")]
    public async Task Batch_GoodAndBadItems_200WithAStatusEach(string path)
    {
        using var response = await shared.Gateway.PostAsync(
            path, """{"inputs":["What a wonderful, lovely day!",{"text":"I hate this awful thing.","language":"en"},"",{"txt":"x"},7],"language":"en"}""");

        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["results", "metadata", "usage", "performance", "cost", "cost_status"], Names(body));
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2, 3, 4], results.Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal([200, 200, 400, 400, 400], results.Select(item => item.GetProperty("status").GetInt32()));
        Assert.Equal(["index", "status", "result", "metadata", "usage", "performance", "cost", "cost_status"], Names(results[0]));
        Assert.Equal(["index", "status", "error"], Names(results[2]));
        Assert.Equal(["positive", "negative"], results.Take(2).Select(item => item.GetProperty("result").GetProperty("sentiment").GetString()));
        Assert.Equal(["text", "txt", "inputs"], results.Skip(2).Select(item => item.GetProperty("error").GetProperty("param").GetString()));
        var id = response.Headers.GetValues("x-request-id").Single();
        Assert.Equal($"{id}.1", results[1].GetProperty("metadata").GetProperty("request_id").GetString());
        var metadata = body.GetProperty("metadata");
        Assert.Equal(["request_id", "operation", "succeeded", "failed"], Names(metadata));
        Assert.Equal((id, 2, 3), (metadata.GetProperty("request_id").GetString(), metadata.GetProperty("succeeded").GetInt32(), metadata.GetProperty("failed").GetInt32()));
        Assert.Equal(
            results.Take(2).Sum(item => item.GetProperty("usage").GetProperty("total_tokens").GetInt32()), body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal(["0.000000000"], response.Headers.GetValues("x-conductor-cost-usd"));
    }

    [Fact]
    public async Task Item_ThatFails_HasTheErrorThatItHasAlone()
    {
        using var alone = await shared.Gateway.PostAsync(Sentiment, """{"text":""}""");
        using var together = await shared.Gateway.PostAsync(Sentiment, """{"inputs":[""]}""");

        var single = (await alone.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        var item = (await together.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0].GetProperty("error");
        Assert.Equal(Names(single), Names(item));
        Assert.All(Names(single).Where(name => name != "timestamp"), name => Assert.Equal(single.GetProperty(name).GetRawText(), item.GetProperty(name).GetRawText()));
    }

    [Theory]
    [InlineData("""{"inputs":[]}""", "inputs")]
    [InlineData("""{"inputs":["x"],"text":"y"}""", "text")]
    [InlineData("""{"inputs":"x"}""", "inputs")]
    [InlineData("""{"inputs":["x"],"imputs":1}""", "imputs")]
    public async Task Batch_WrongAsAWhole_One400(string body, string param)
    {
        using var response = await shared.Gateway.PostAsync(Sentiment, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task BatchAddress_WithoutInputs_400NamesThem()
    {
        using var response = await shared.Gateway.PostAsync(Sentiment + ":batch", """{"text":"x"}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("inputs", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task BatchAddress_UnknownOperation_404()
    {
        using var response = await shared.Gateway.PostAsync("/v1/operations/sentiment_analisys:batch", """{"inputs":["x"]}""");

        await ErrorAssert.IsAsync(response, 404, "invalid_request_error", "operation_not_found");
    }

    [Fact]
    public async Task Batch_256Embedded_AllAnsweredInOrder()
    {
        var inputs = Enumerable.Range(0, 256).Select(i => i % 2 == 0 ? $"\"Number {i} is wonderful and lovely.\"" : $"\"Number {i} is awful and I hate it.\"");

        using var response = await shared.Gateway.PostAsync(Sentiment, $$$"""{"inputs":[{{{string.Join(',', inputs)}}}],"language":"en","options":{"use_cache":false}}""");

        var results = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(256, results.Count);
        Assert.All(results, item => Assert.Equal(
            item.GetProperty("index").GetInt32() % 2 == 0 ? "positive" : "negative", item.GetProperty("result").GetProperty("sentiment").GetString()));
    }

    [Fact]
    public async Task Batch_UpstreamFailsForSome_TheirStatusAndARowForEach()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Models("m"));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "limits: { max_concurrent_requests: 4 }"); // one at a time
        await UntilAsync(() => gateway.App.Services.GetRequiredService<IConductor>().Catalog.Providers["fake"].Models.Count > 0);
        upstream.Reply(FakeReply.Error(429, message: "canary")).Otherwise(FakeReply.Text("Hello."));
        gateway.Client.DefaultRequestHeaders.Add("x-request-id", "some");

        using var response = await gateway.PostAsync("/v1/operations/response_generation", """{"inputs":["a","b","c"],"model":"fake/m"}""");

        var text = await response.Content.ReadAsStringAsync();
        var results = JsonElement.Parse(text).GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([429, 200, 200], results.Select(item => item.GetProperty("status").GetInt32()));
        Assert.Equal("fake", results[0].GetProperty("error").GetProperty("provider").GetString());
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);
        var ledger = gateway.App.Services.GetRequiredService<ILedgerStore>();
        for (var i = 0; i < 3; i++)
        {
            Assert.Single(await ledger.FindAsync("default", $"some.{i}", CancellationToken.None));
        }
    }

    [Fact]
    public async Task Batch_ClientLeaves_EveryItemAtWorkStops()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Hang());
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        using var left = new CancellationTokenSource();
        using var content = new StringContent("""{"inputs":["a","b","c","d","e","f","g","h","i","j"],"model":"fake/m"}""", Encoding.UTF8, "application/json");

        var asking = gateway.Client.PostAsync("/v1/operations/response_generation", content, left.Token);
        await UntilAsync(() => Chats(upstream).Count == 8);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        foreach (var chat in Chats(upstream))
        {
            await chat.Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(8, Chats(upstream).Count);
    }

    [Fact]
    public async Task List_Operation_ShowsItsBatchForm()
    {
        var operation = await shared.Gateway.GetJsonAsync(Sentiment);

        var batch = operation.GetProperty("batch");
        Assert.Equal((Sentiment + ":batch", 256), (batch.GetProperty("path").GetString(), batch.GetProperty("max_inputs").GetInt32()));
        var inputs = batch.GetProperty("request_schema").GetProperty("properties").GetProperty("inputs");
        Assert.Equal(256, inputs.GetProperty("maxItems").GetInt32());
        Assert.Equal("string", inputs.GetProperty("items").GetProperty("anyOf")[0].GetProperty("type").GetString());
        Assert.Equal(
            operation.GetProperty("request_schema").GetProperty("properties").GetRawText(), inputs.GetProperty("items").GetProperty("anyOf")[1].GetProperty("properties").GetRawText());
    }

    [Fact]
    public async Task OpenApi_Operation_TakesBoth()
    {
        var document = await shared.Gateway.GetJsonAsync("/openapi.json");

        var schema = document.GetProperty("paths").GetProperty(Sentiment).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        Assert.Equal(
            ["#/components/schemas/sentiment_analysis.request", "#/components/schemas/sentiment_analysis.batch"], schema.GetProperty("oneOf").EnumerateArray().Select(one => one.GetProperty("$ref").GetString()));
        var batch = document.GetProperty("components").GetProperty("schemas").GetProperty("sentiment_analysis.batch").GetProperty("properties");
        Assert.True(batch.TryGetProperty("inputs", out _) && batch.TryGetProperty("model", out _) && batch.TryGetProperty("language", out _));
        Assert.False(batch.TryGetProperty("text", out _));
    }

    private static List<RecordedRequest> Chats(FakeUpstream upstream) => [.. upstream.Requests.Where(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal))];

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isTrue())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(member => member.Name);
}
