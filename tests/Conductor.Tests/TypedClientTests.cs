using System.Text.Json;
using System.Text.Json.Serialization;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Operations;
using Conductor.TestKit;

namespace Conductor.Tests;

public sealed partial class TypedClientTests
{
    [Fact]
    public async Task Embedded_SentimentAndSummary_RecordsAndWhoAnswered()
    {
        await using var test = new TestConductor()
            .WithPlugin("plugins/Conductor.Providers.Local")
            .WithOperation("operations/Conductor.Operations.SentimentAnalysis")
            .WithOperation("operations/Conductor.Operations.Summarization");

        var feeling = await test.Conductor.AnalyzeSentimentAsync("What a wonderful, delightful day!");
        var gist = await test.Conductor.SummarizeAsync(new SummarizationRequest
        {
            Text = "The harbour was quiet in the morning. Ships waited for the tide. By noon the market was full of people.",
            Parameters = new SummarizationParameters { MaxSentences = 1 },
        });

        Assert.Equal("positive", feeling.Value.Sentiment);
        Assert.Equal(("local", 0m), (feeling.Provider, feeling.Cost.Usd));
        Assert.True(feeling.Usage.TotalTokens > 0);
        Assert.NotEmpty(gist.Value.Summary);
    }

    [Fact]
    public async Task Generic_CallersOwnTypes_ReadAndWritten()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");

        var found = await test.Conductor.RunOperationAsync(
            "sentiment_analysis", new Asked("What a wonderful day!"), OwnJson.Default.Asked, OwnJson.Default.Found, new OperationRunOptions { Model = "local/sentiment-lexicon" });

        Assert.Equal("positive", found.Value.Sentiment);
    }

    [Fact]
    public async Task Request_ThatIsWrong_SameErrorAsOverHttp()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");

        var empty = await Assert.ThrowsAsync<InvalidRequestException>(() => test.Conductor.AnalyzeSentimentAsync(""));
        var unknown = await Assert.ThrowsAsync<ConductorException>(() => test.Conductor.SummarizeAsync("x"));

        Assert.Equal("text", empty.Param);
        Assert.Equal("operation_not_found", unknown.Code);
    }

    [Fact]
    public async Task Generate_WholeAndStreamed_SameTextAndOptionsReachTheModel()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = Far(upstream);
        await test.Conductor.StartAsync(CancellationToken.None);
        upstream.Reply(FakeReply.Text(" Hello there. ")).Reply(FakeReply.Stream(FakeStream.Of(" Hello", " there. ")));
        var options = new OperationRunOptions { Model = "far/m", MaxTokens = 9, Temperature = 0 };

        var whole = await test.Conductor.GenerateAsync("hi", options);
        var text = test.Conductor.GenerateStreamingAsync("hi", options);
        Assert.Null(text.Result);
        var pieces = await text.ToListAsync();

        Assert.Equal("Hello there.", whole.Value.Text);
        Assert.Equal(whole.Value.Text, string.Concat(pieces));
        Assert.Equal(whole.Value, text.Result!.Value);
        Assert.Equal(("far", "m"), (text.Result.Provider, text.Result.Model));
        Assert.Equal(9, upstream.Requests[^1].Json.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task GenerateStreaming_ReaderStops_UpstreamIsLeft()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = Far(upstream);
        await test.Conductor.StartAsync(CancellationToken.None);
        upstream.Otherwise(FakeReply.Stream(FakeStream.Endless()));

        await foreach (var _ in test.Conductor.GenerateStreamingAsync("hi", new OperationRunOptions { Model = "far/m" }))
        {
            break;
        }

        await upstream.Requests[^1].Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, test.Conductor.Catalog.Providers["far"].CallsInFlight);
    }

    public static TheoryData<string, OperationRunOptions> WrongOptions => new()
    {
        { "model", new() { Model = "" } },
        { "max_tokens", new() { MaxTokens = 0 } },
        { "max_tokens", new() { MaxTokens = 1_000_001 } },
        { "temperature", new() { Temperature = -0.1f } },
        { "temperature", new() { Temperature = float.NaN } },
        { "temperature", new() { Temperature = 2.1f } },
        { "top_p", new() { TopP = 1.5f } },
        { "top_p", new() { TopP = float.PositiveInfinity } },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public async Task Options_OutOfRange_RefusedAsOverHttp(string field, OperationRunOptions options)
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => test.Conductor.AnalyzeSentimentAsync("What a wonderful day!", options));
        var streamed = await Assert.ThrowsAsync<InvalidRequestException>(async () => await test.Conductor.GenerateStreamingAsync("hi", options).ToListAsync());

        Assert.Equal((field, field), (error.Param, streamed.Param));
    }

    [Fact]
    public async Task Request_ThatIsNoJson_InvalidRequest()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");
        JsonElement gone;
        using (var document = JsonDocument.Parse("[1]"))
        {
            gone = document.RootElement;
        }

        using var half = JsonDocument.Parse("""{"a":"\ud800"}""");
        SentimentRequest[] requests =
        [
            new() { Text = "x", Context = new Dictionary<string, JsonElement> { ["a"] = default } },
            new() { Text = "x", Context = new Dictionary<string, JsonElement> { ["a"] = gone } },
            new() { Text = "x", Context = new Dictionary<string, JsonElement> { ["a"] = half.RootElement.GetProperty("a") } },
        ];

        foreach (var request in requests)
        {
            await Assert.ThrowsAsync<InvalidRequestException>(() => test.Conductor.AnalyzeSentimentAsync(request));
        }

        await Assert.ThrowsAsync<InvalidRequestException>(() => test.Conductor.DetectIntentAsync(
            new IntentDetectionRequest { Text = "x", Parameters = new IntentDetectionParameters { PossibleIntents = [], Threshold = double.NaN } }));
    }

    [Fact]
    public async Task Options_WithOneContextForSeveralCalls_EachIsBooked()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");
        var options = new OperationRunOptions { Context = CallContext.New() with { RequestId = "nightly" }, Handling = new CallOptions { Cache = CacheUse.Off } };

        await test.Conductor.AnalyzeSentimentAsync("What a wonderful day!", options);
        await test.Conductor.AnalyzeSentimentAsync("I hate this awful thing.", options);

        var rows = await test.RowsAsync("nightly");
        Assert.Equal(2, rows.Count);
        Assert.Equal(2, rows.Select(row => (row.CallId, row.Attempt)).Distinct().Count());
    }

    [Fact]
    public async Task GenerateStreaming_EnumeratedTwice_RefusedInsteadOfPaidTwice()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = Far(upstream);
        await test.Conductor.StartAsync(CancellationToken.None);
        upstream.Otherwise(FakeReply.Stream(FakeStream.Of("Hello")));
        var text = test.Conductor.GenerateStreamingAsync("hi", new OperationRunOptions { Model = "far/m" });
        await text.ToListAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await text.ToListAsync());

        Assert.Single(upstream.Requests, request => request.Path.EndsWith("completions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Batch_InProcess_ItemsInOrder()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.SentimentAnalysis");
        await test.Conductor.StartAsync(CancellationToken.None);
        using var request = OperationRequest.Parse("sentiment_analysis", """{"inputs":["What a wonderful day!","","I hate this awful thing."],"language":"en"}"""u8.ToArray(), test.Conductor.Catalog);

        var items = await test.Conductor.RunBatchAsync(request.ReadBatch(CallContext.New(), CancellationToken.None), CancellationToken.None).ToListAsync();

        Assert.Equal([200, 400, 200], items.Select(item => item.Status));
        Assert.Equal("negative", JsonElement.Parse(items[2].Answer!.Result.Span).GetProperty("sentiment").GetString());
    }

    private static TestConductor Far(FakeUpstream upstream) =>
        new TestConductor(("providers:far:plugin", "openai-compatible"), ("providers:far:base_url", upstream.BaseUrl), ("providers:far:price", "free"), ("providers:far:models:0", "m"))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible")
            .WithOperation("operations/Conductor.Operations.ResponseGeneration");

    internal sealed record Asked(string Text);

    internal sealed record Found(string Sentiment, double Confidence);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(Asked))]
    [JsonSerializable(typeof(Found))]
    private sealed partial class OwnJson : JsonSerializerContext;
}
