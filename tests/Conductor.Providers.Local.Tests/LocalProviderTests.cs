using System.Text;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Plugins;
using Conductor.Providers.Local;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Local.Tests;

public class LocalProviderTests
{
    [Fact]
    public async Task Models_FreshProvider_ListsEveryEngineAsFree()
    {
        await using var services = Start();
        var provider = services.GetRequiredService<IModelProvider>();

        var models = await provider.ListModelsAsync(CancellationToken.None);

        var engines = models.Where(model => model.Capabilities == ModelCapabilities.Operations);
        Assert.Equal(provider.Engines.Select(engine => engine.ModelId), engines.Select(model => model.Id));
        Assert.All(models, model => Assert.True(model.Price!.IsFree && model.QualityScore is > 0 and < 1));
        Assert.Equal("all-minilm-l6-v2", Assert.Single(models, model => model.Capabilities == ModelCapabilities.Embeddings).Id);
        Assert.Equal(["intent_detection", "entity_extraction", "sentiment_analysis", "summarization"], models.SelectMany(model => model.Operations));
        Assert.Equal(ProviderHealthStatus.Healthy, (await provider.CheckHealthAsync(CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Sentiment_Payload_AnswersJsonAndCountsWords()
    {
        var answer = await RunAsync("sentiment_analysis", """{"text":"I love this.","language":"en","parameters":null,"context":{"a":1}}""");

        using var result = JsonDocument.Parse(answer.Result);
        Assert.Equal("positive", result.RootElement.GetProperty("sentiment").GetString());
        Assert.Equal(result.RootElement.GetProperty("confidence").GetDouble(), result.RootElement.GetProperty("scores").GetProperty("positive").GetDouble());
        Assert.Equal((3, 1, true), (answer.Usage.InputTokens, answer.Usage.OutputTokens, answer.Usage.IsEstimated));
    }

    [Fact]
    public async Task Summarization_Payload_AnswersJson()
    {
        var answer = await RunAsync("summarization", """{"text":"Rain fell. The river rose and flooded the old town. The town is closed.","parameters":{"max_sentences":1,"style":"bullets"}}""");

        using var result = JsonDocument.Parse(answer.Result);
        Assert.StartsWith("- ", result.RootElement.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(result.RootElement.GetProperty("key_points").EnumerateArray());
        Assert.InRange(result.RootElement.GetProperty("compression_ratio").GetDouble(), 0.01, 1);
    }

    [Fact]
    public async Task Entities_Payload_AnswersJsonAndSaysWhatItDoesNotKnow()
    {
        var answer = await RunAsync("entity_extraction", """
            {"text":"Ünïcode 😀: pay $2.5 million by 3pm tomorrow.","parameters":{"entity_types":["Money","DATE TIME","color"],"reference_time":"2026-03-01T10:00:00Z"}}
            """);

        using var result = JsonDocument.Parse(answer.Result);
        var money = result.RootElement.GetProperty("entities")[0];
        Assert.Equal(("$2.5 million", "money", 16, 28), (money.GetProperty("text").GetString(), money.GetProperty("type").GetString(), money.GetProperty("start_index").GetInt32(), money.GetProperty("end_index").GetInt32()));
        Assert.Equal("""{"amount":2500000,"currency":"USD"}""", money.GetProperty("value").GetRawText());
        var time = result.RootElement.GetProperty("entities")[1];
        Assert.Equal(("3pm tomorrow", "2026-03-02T15:00:00"), (time.GetProperty("text").GetString(), time.GetProperty("value").GetString()));
        Assert.Contains("color", Assert.Single(answer.Notices), StringComparison.Ordinal);
        Assert.True(answer.Usage is { InputTokens: 8, IsEstimated: true });
    }

    [Theory]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"reference_time":"soon"}}""", "parameters.reference_time")]
    [InlineData("sentiment_analysis", """{"text":5}""", "text")]
    [InlineData("sentiment_analysis", """{"text":"\ud83d"}""", "text")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_words":"ten"}}""", "parameters.max_words")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[]}}""", "parameters.possible_intents")]
    [InlineData("intent_detection", """{"text":"a"}""", "")]
    [InlineData("summarization", "null", "")]
    [InlineData("summarization", "{", "")]
    public async Task Engines_PayloadThatCannotBeRead_NameTheField(string operation, string payload, string field)
    {
        var mistake = await Assert.ThrowsAsync<OperationRequestException>(() => RunAsync(operation, payload));

        Assert.Equal(field, mistake.Field);
    }

    [Fact]
    public async Task Engines_Cancelled_Stop()
    {
        await using var services = Start();
        foreach (var engine in services.GetRequiredService<IModelProvider>().Engines)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.RunAsync("{\"text\":\"a\"}"u8.ToArray(), new CancellationToken(canceled: true)));
        }
    }

    private static async Task<OperationEngineResult> RunAsync(string operation, string payload)
    {
        await using var services = Start();
        var engine = services.GetRequiredService<IModelProvider>().Engines.Single(engine => engine.Operation == operation);
        return await engine.RunAsync(Encoding.UTF8.GetBytes(payload), CancellationToken.None);
    }

    private static ServiceProvider Start()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        new LocalPlugin().ConfigureServices(services, null!);
        return services.BuildServiceProvider();
    }
}
