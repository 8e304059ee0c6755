using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Http;

public class OperationTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private TestGateway Gateway => shared.Gateway;

    [Fact]
    public async Task Sentiment_EmbeddedEngine_WholeResponse()
    {
        using var response = await Gateway.PostAsync("/v1/operations/sentiment_analysis", """{"text":"What a wonderful, lovely day!","language":"en"}""");

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(["result", "metadata", "usage", "performance", "cost", "cost_status"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("positive", body.GetProperty("result").GetProperty("sentiment").GetString());
        var metadata = body.GetProperty("metadata");
        Assert.Equal("local", metadata.GetProperty("provider_used").GetString());
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), metadata.GetProperty("request_id").GetString());
        Assert.Equal(0, body.GetProperty("cost").GetDecimal());
        Assert.Equal(["local"], response.Headers.GetValues("x-conductor-provider"));
        Assert.True(body.GetProperty("performance").GetProperty("total_time_ms").GetDouble() >= 0);
    }

    [Fact]
    public async Task Sentiment_SameTextAgain_FromTheCacheUnlessTurnedOff()
    {
        const string Body = """{"text":"This very sentence is asked about twice."}""";
        using var first = await Gateway.PostAsync("/v1/operations/sentiment_analysis", Body);

        using var again = await Gateway.PostAsync("/v1/operations/sentiment_analysis", Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/operations/sentiment_analysis") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-conductor-cache", "off");
        using var off = await Gateway.Client.SendAsync(request);

        Assert.Equal(["miss"], first.Headers.GetValues("x-conductor-cache"));
        Assert.Equal(["hit-exact"], again.Headers.GetValues("x-conductor-cache"));
        Assert.Equal(["0"], again.Headers.GetValues("x-conductor-attempts"));
        Assert.Equal(["0.000000000"], again.Headers.GetValues("x-conductor-cost-usd"));
        Assert.True(JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement.GetProperty("metadata").GetProperty("cache_hit").GetBoolean());
        Assert.Equal(["bypass"], off.Headers.GetValues("x-conductor-cache"));
    }

    [Fact]
    public async Task Entities_EmbeddedEngine_WordsValuesAndPlaces()
    {
        const string Text = "😀 Ann pays $2.5 million tomorrow at 3pm, a@b.org.";
        using var response = await Gateway.PostAsync(
            "/v1/operations/entity_extraction",
            JsonSerializer.Serialize(new { text = Text, parameters = new { entity_types = new[] { "Money", "date-time", "email", "color" }, reference_time = "2026-03-04T10:00:00+02:00" } }));

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        var entities = body.GetProperty("result").GetProperty("entities").EnumerateArray().ToList();
        Assert.Equal(["money", "datetime", "email"], entities.Select(entity => entity.GetProperty("type").GetString()));
        Assert.All(entities, entity => Assert.Equal(
            entity.GetProperty("text").GetString(), Text[entity.GetProperty("start_index").GetInt32()..entity.GetProperty("end_index").GetInt32()]));
        Assert.Equal("""{"amount":2500000,"currency":"USD"}""", entities[0].GetProperty("value").GetRawText());
        Assert.Equal("2026-03-05T15:00:00", entities[1].GetProperty("value").GetString());
        Assert.Equal(Text, body.GetProperty("result").GetProperty("text").GetString());
        Assert.Equal("entities-patterns", body.GetProperty("metadata").GetProperty("model_used").GetString());
    }

    [Theory]
    [InlineData("""{"reference_time":"next week"}""", "reference_time")]
    [InlineData("""{"entity_types":[]}""", "entity_types")]
    [InlineData("""{"types":["person"]}""", "types")]
    public async Task Entities_BadParameters_400NamesTheField(string parameters, string field)
    {
        using var response = await Gateway.PostAsync("/v1/operations/entity_extraction", $$"""{"text":"a","parameters":{{parameters}}}""");

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(field, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_EveryOperation_WithSchemas()
    {
        var list = await Gateway.GetJsonAsync("/v1/operations");

        var operations = list.GetProperty("data").EnumerateArray().ToDictionary(operation => operation.GetProperty("id").GetString()!);
        Assert.Superset(new HashSet<string> { "sentiment_analysis", "summarization", "response_generation", "entity_extraction" }, operations.Keys.ToHashSet());
        Assert.All(operations.Values, operation =>
        {
            Assert.Equal(JsonValueKind.Object, operation.GetProperty("request_schema").ValueKind);
            Assert.Equal(JsonValueKind.Object, operation.GetProperty("result_schema").ValueKind);
        });
        Assert.Equal("summarization", (await Gateway.GetJsonAsync("/v1/operations/summarization")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Generation_NoModel_503WithWhatToDo()
    {
        await using var gateway = await TestGateway.StartAsync("providers: { ollama: { plugin: ollama, enabled: false } }"); // this machine may have one

        using var response = await gateway.PostAsync("/v1/operations/response_generation", """{"text":"hello"}""");

        var error = await ErrorAssert.IsAsync(response, 503, "overloaded_error", "no_model_available");
        Assert.Contains("OPENAI_API_KEY", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["false"], response.Headers.GetValues("x-should-retry"));
    }

    [Fact]
    public async Task Generation_ChatModel_PromptedAndAnswered()
    {
        using var response = await Gateway.PostAsync("/v1/operations/response_generation", """{"text":"hello","model":"fake/m"}""");

        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.Equal("Hello from fake.", body.GetProperty("result").GetProperty("text").GetString());
        Assert.Equal("m", body.GetProperty("metadata").GetProperty("model_used").GetString());
    }
}
