using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Http;

/// <summary>`intent_detection` and `embeddings` on a machine that has the embedded provider alone.</summary>
public class EmbeddedIntentTests
{
    [Fact]
    public async Task Intents_FreshMachine_AnsweredByNamesDescriptionsAndExamples()
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/intent_detection", """
            {"text":"I want my money back for the broken lamp.","parameters":{"threshold":0.4,"possible_intents":[
              "track_order",{"name":"cancel_order","description":"The customer wants to stop an order."},{"name":"refund","examples":["please refund me"]}]}}
            """);

        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        Assert.Equal("refund", body.GetProperty("result").GetProperty("intent").GetString());
        Assert.Equal(2, body.GetProperty("result").GetProperty("alternatives").GetArrayLength());
        Assert.Equal("intent-minilm", body.GetProperty("metadata").GetProperty("model_used").GetString());
    }

    [Theory]
    [InlineData("""{"text":"x","parameters":{"possible_intents":["a","b","a"]}}""", "parameters.possible_intents[2]")]
    [InlineData("""{"text":"x","parameters":{"possible_intents":["a"],"tresholds":1}}""", "parameters.tresholds")]
    [InlineData("""{"text":"x"}""", "parameters")]
    public async Task Intents_WrongParameters_400NamesTheField(string request, string field)
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/intent_detection", request);

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
        Assert.Equal(field, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Embeddings_FreshMachine_OneVectorForTextAndAListForTexts()
    {
        await using var gateway = await TestGateway.StartAsync();

        var one = await ResultAsync(gateway, """{"text":"A man is playing a guitar."}""");
        var list = await ResultAsync(gateway, """{"texts":["A man is playing a guitar.","The stock market fell."],"parameters":{"dimensions":384}}""");

        Assert.Equal(("local/all-minilm-l6-v2", 384), (one.GetProperty("model").GetString(), one.GetProperty("dimensions").GetInt32()));
        var vector = one.GetProperty("embeddings").EnumerateArray().Select(value => value.GetDouble()).ToList();
        Assert.Equal(384, vector.Count);
        Assert.Equal(1, vector.Sum(value => value * value), precision: 4);
        Assert.Equal([384, 384], list.GetProperty("embeddings").EnumerateArray().Select(item => item.GetArrayLength()));
    }

    [Theory]
    [InlineData("""{"text":"a","texts":["b"]}""", "texts")]
    [InlineData("""{"texts":["a",""]}""", "texts[1]")]
    [InlineData("{}", "text")]
    public async Task Embeddings_WrongTexts_400NamesTheField(string request, string field)
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/embeddings", request);

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
        Assert.Equal(field, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Embeddings_OtherDimensions_400NamesTheParameter()
    {
        await using var gateway = await TestGateway.StartAsync();

        using var response = await gateway.PostAsync("/v1/operations/embeddings", """{"text":"a","parameters":{"dimensions":128}}""");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "unsupported_parameter");
        Assert.Equal("parameters.dimensions", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("/v1/operations/embeddings", """{"texts":[$]}""")]
    [InlineData("/v1/embeddings", """{"model":"auto","input":[$]}""")]
    public async Task Embeddings_MoreThanTheDeadlineHolds_504AndTheNextIsAnswered(string path, string request)
    {
        await using var gateway = await TestGateway.StartAsync("reliability: { deadline: 1s, first_content: 1s }");
        var texts = string.Join(',', Enumerable.Repeat($"\"{new string('!', 8_000)}\"", 256)); // minutes of work

        using var response = await gateway.PostAsync(path, request.Replace("$", texts, StringComparison.Ordinal));

        var error = await ErrorAssert.IsAsync(response, 504, "timeout_error", "upstream_timeout");
        Assert.Equal("network", error.GetProperty("category").GetString());
        Assert.Equal(384, (await ResultAsync(gateway, """{"text":"a"}""")).GetProperty("dimensions").GetInt32());
    }

    [Fact]
    public async Task Intents_MoreWordsThanAreRead_400NamesTheField()
    {
        await using var gateway = await TestGateway.StartAsync();
        var example = $"\"{new string('a', 1_000)}\"";
        var intent = $$"""{"name":"b","examples":[{{string.Join(',', Enumerable.Repeat(example, 64))}}]}""";

        using var response = await gateway.PostAsync(
            "/v1/operations/intent_detection",
            $$$"""{"text":"x","parameters":{"possible_intents":[{{{intent}}},{{{intent.Replace("\"b\"", "\"c\"", StringComparison.Ordinal)}}},{{{intent.Replace("\"b\"", "\"d\"", StringComparison.Ordinal)}}}]}}""");

        var error = await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value");
        Assert.Equal("parameters.possible_intents", error.GetProperty("param").GetString());
    }

    private static async Task<JsonElement> ResultAsync(TestGateway gateway, string request)
    {
        using var response = await gateway.PostAsync("/v1/operations/embeddings", request);
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(response.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("result");
    }
}
