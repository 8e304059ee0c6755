using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.PluginLoading;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

public sealed class InProcessTests
{
    [Fact]
    public async Task FreshMachine_SentimentAndSummary_AreAnsweredByTheEmbeddedProvider()
    {
        await using var test = new TestConductor()
            .WithPlugin("plugins/Conductor.Providers.Local")
            .WithOperation("operations/Conductor.Operations.SentimentAnalysis")
            .WithOperation("operations/Conductor.Operations.Summarization");
        const string Text = "The harbour was quiet in the morning. Ships waited for the tide. By noon the market was full of people. "
            + "Everybody was delighted with the wonderful catch. The old lighthouse keeper smiled.";
        await using var sentiment = TestConductor.Operation("sentiment_analysis", new { text = "What a wonderful, delightful day!" });
        await using var summary = TestConductor.Operation("summarization", new { text = Text, parameters = new { max_sentences = 2 } });

        using var feeling = JsonDocument.Parse((await test.Conductor.RunAsync(sentiment, CancellationToken.None)).Result);
        using var gist = JsonDocument.Parse((await test.Conductor.RunAsync(summary, CancellationToken.None)).Result);

        Assert.Equal("positive", feeling.RootElement.GetProperty("sentiment").GetString());
        var text = gist.RootElement.GetProperty("summary").GetString()!;
        Assert.InRange(text.Length, 1, Text.Length - 1);
        Assert.Equal((double)text.Length / Text.Length, gist.RootElement.GetProperty("compression_ratio").GetDouble(), 3);
        Assert.Equal("settled", CallCost.Of(sentiment).Status);
    }

    [Fact]
    public async Task FreshMachine_IntentAndEmbeddings_AreAnsweredByTheEmbeddedProvider()
    {
        await using var test = new TestConductor()
            .WithPlugin("plugins/Conductor.Providers.Local")
            .WithOperation("operations/Conductor.Operations.IntentDetection")
            .WithOperation("operations/Conductor.Operations.Embeddings");
        await using var intent = TestConductor.Operation("intent_detection", new { text = "Play some jazz", parameters = new { possible_intents = new[] { "play_music", "get_weather" } } });
        await using var vectors = TestConductor.Operation("embeddings", new { texts = new[] { "Play some jazz", "Rain in Rome" } });

        using var wanted = JsonDocument.Parse((await test.Conductor.RunAsync(intent, CancellationToken.None)).Result);
        using var made = JsonDocument.Parse((await test.Conductor.RunAsync(vectors, CancellationToken.None)).Result);

        Assert.Equal("play_music", wanted.RootElement.GetProperty("intent").GetString());
        Assert.Equal([384, 384], made.RootElement.GetProperty("embeddings").EnumerateArray().Select(vector => vector.GetArrayLength()));
        Assert.Equal("settled", CallCost.Of(vectors).Status);
    }

    [Fact]
    public async Task FreshMachine_Generation_SaysWhatToDo()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.Local").WithOperation("operations/Conductor.Operations.ResponseGeneration");
        await using var call = TestConductor.Operation("response_generation", new { text = "Write a poem." });

        var error = await Assert.ThrowsAsync<ConductorException>(() => test.Conductor.RunAsync(call, CancellationToken.None));

        Assert.Equal((503, "no_model_available"), (error.Status, error.Code));
        Assert.Contains("OPENAI_API_KEY", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChatClient_WholeAndStreamed_GoesThroughToTheUpstream()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = new TestConductor(("providers:far:plugin", "openai-compatible"), ("providers:far:base_url", upstream.BaseUrl), ("providers:far:price", "free"))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible");
        await test.Conductor.StartAsync(CancellationToken.None); // asks for the models, which is not in the script
        upstream.ReplyWith("hello from far away");
        var chat = test.Conductor.AsChatClient("far/some-model");

        var whole = await chat.GetResponseAsync("hi");
        upstream.ReplyWith("hello from far away");
        var streamed = "";
        await foreach (var update in chat.GetStreamingResponseAsync("hi"))
        {
            streamed += update.Text;
        }

        Assert.Equal("hello from far away", whole.Text);
        Assert.Equal("hello from far away", streamed);
    }

    [Fact]
    public async Task Operation_OnAChatModel_RunsItsPrompt()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = new TestConductor(("providers:far:plugin", "openai-compatible"), ("providers:far:base_url", upstream.BaseUrl), ("providers:far:price", "free"))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible")
            .WithOperation("operations/Conductor.Operations.SentimentAnalysis");
        await test.Conductor.StartAsync(CancellationToken.None);
        upstream.ReplyWith("""{"sentiment":"negative","scores":{"positive":0.05,"negative":0.9,"neutral":0.05}}""");
        await using var call = TestConductor.Operation("sentiment_analysis", new { text = "It broke <again> & again." }, model: "far/some-model");

        var outcome = await test.Conductor.RunAsync(call, CancellationToken.None);

        using var result = JsonDocument.Parse(outcome.Result);
        Assert.Equal("negative", result.RootElement.GetProperty("sentiment").GetString());
        using var sent = JsonDocument.Parse(upstream.Requests.Last(request => request.Method == "POST").Body);
        Assert.Contains("It broke <again> & again.", sent.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_ThatNobodyUsesAndThatNeedsSettings_IsLoadedWithWhatToDo()
    {
        await using var test = new TestConductor().WithPlugin("plugins/Conductor.Providers.OpenAICompatible");

        await test.Conductor.StartAsync(CancellationToken.None);

        var status = test.Status("openai-compatible");
        Assert.Equal(PluginState.Loaded, status.State);
        Assert.Contains("conductor.yaml", status.Reason, StringComparison.Ordinal);
    }
}
