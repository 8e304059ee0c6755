using System.Globalization;
using System.Text.Json;
using Conductor.Operations;
using Conductor.TestKit;

namespace Conductor.Providers.HuggingFace.Tests;

/// <summary>Operations on models that were made for them.</summary>
public sealed class TaskTests
{
    [Theory]
    [InlineData("POSITIVE:0.9,NEGATIVE:0.1", "positive", 0.9)]
    [InlineData("negative:0.7,neutral:0.2,positive:0.1", "negative", 0.7)]
    [InlineData("neu:0.6,pos:0.3,neg:0.1", "neutral", 0.6)]
    [InlineData("LABEL_2:0.8,LABEL_1:0.15,LABEL_0:0.05", "positive", 0.8)]
    [InlineData("LABEL_0:0.8,LABEL_1:0.2", "negative", 0.8)]
    [InlineData("5 stars:0.5,4 stars:0.3,3 stars:0.1,2 stars:0.06,1 star:0.04", "positive", 0.8)]
    [InlineData("Very Positive:0.4,Positive:0.4,Negative:0.2", "positive", 0.8)]
    public async Task Sentiment_LabelsOfEveryKind_AreSentiments(string labels, string sentiment, double confidence)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeHub.Labels([.. labels.Split(',').Select(row => row.Split(':')).Select(row => (row[0], double.Parse(row[1], CultureInfo.InvariantCulture)))]));
        await using var test = TestProvider.For(upstream, ("operations:sentiment_analysis", "x/sentiment"));

        var (result, whole) = await test.RunAsync("""{"text":"I love it"}""");

        Assert.Equal((sentiment, confidence), (result.GetProperty("sentiment").GetString(), Math.Round(result.GetProperty("confidence").GetDouble(), 3)));
        Assert.Equal(1, result.GetProperty("scores").EnumerateObject().Sum(score => score.Value.GetDouble()), 3);
        Assert.Equal((3L, true), (whole.Usage.InputTokens, whole.Usage.IsEstimated));
        Assert.Equal("/hf-inference/models/x/sentiment", upstream.Requests[0].Path);
        Assert.Equal("I love it", upstream.Requests[0].Json.GetProperty("inputs").GetString());
    }

    [Fact]
    public async Task Sentiment_LabelsThatAreNone_AreNoAnswer()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeHub.Labels(("sports", 0.9), ("politics", 0.1)));
        await using var test = TestProvider.For(upstream, ("operations:sentiment_analysis", "x/topics"));

        Assert.Equal(ProviderErrorKind.InvalidResponse, (await Assert.ThrowsAsync<ProviderException>(() => test.RunAsync("""{"text":"x"}"""))).Kind);
    }

    [Theory]
    [InlineData("Ada lives in London.", 0, 3, "Ada", 13, 19, "London")]
    [InlineData("😀😀 Ada in London", 3, 6, "Ada", 10, 16, "London")]
    [InlineData("😀😀 Ada in London", 5, 8, "Ada", 12, 18, "London")] // a server that counts code units
    [InlineData("😀 ada in london", 2, 5, "Ada", 9, 15, "London")]
    [InlineData("é Ada in London", 1, 5, " Ada", 9, 15, "Lon##don")]
    public async Task Entities_PlacesIndexTheInputExactly(string text, int start1, int end1, string word1, int start2, int end2, string word2)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeHub.Entities(("LOC", 0.98, word2, start2, end2), ("PER", 0.99, word1, start1, end1)));
        await using var test = TestProvider.For(upstream, ("operations:entity_extraction", "x/ner"));

        var (result, _) = await test.RunAsync(new { text });

        var entities = result.GetProperty("entities").EnumerateArray().ToList();
        Assert.Equal(["person", "location"], entities.Select(entity => entity.GetProperty("type").GetString()!));
        Assert.Equal(["ada", "london"], entities.Select(entity => entity.GetProperty("text").GetString()!.ToLowerInvariant()));
        Assert.All(entities, entity => Assert.Equal(
            entity.GetProperty("text").GetString(), text[entity.GetProperty("start_index").GetInt32()..entity.GetProperty("end_index").GetInt32()]));
        Assert.Equal(text, result.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Entities_WithoutPlaces_AreSearchedInOrder_AndThoseThatAreNotThereAreTold()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json("""[{"entity":"B-PER","score":0.9,"word":"Ada","start":null,"end":null},{"entity":"B-PER","score":0.8,"word":"Ada"},{"entity":"B-ORG","score":0.8,"word":"Nowhere Inc"},{"entity":"O","score":0.8,"word":"met"}]"""));
        await using var test = TestProvider.For(upstream, ("operations:entity_extraction", "x/ner"));

        var (result, whole) = await test.RunAsync("""{"text":"Ada met Ada"}""");

        Assert.Equal([0, 8], result.GetProperty("entities").EnumerateArray().Select(entity => entity.GetProperty("start_index").GetInt32()));
        Assert.Contains("1 words", Assert.Single(whole.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entities_OfOtherTypesThanWanted_AreLeftOut()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeHub.Entities(("PER", 0.99, "Ada", 0, 3), ("LOC", 0.98, "London", 7, 13)));
        await using var test = TestProvider.For(upstream, ("operations:entity_extraction", "x/ner"));

        var (result, _) = await test.RunAsync("""{"text":"Ada in London","parameters":{"entity_types":["Location"]}}""");

        Assert.Equal("London", result.GetProperty("entities").EnumerateArray().Single().GetProperty("value").GetString());
    }

    [Theory]
    [InlineData("{}", "One is here. Two is there. Three.", false)]
    [InlineData("""{"max_sentences":2}""", "One is here. Two is there.", true)]
    [InlineData("""{"max_words":10,"style":"bullets"}""", "- One is here.\n- Two is there.\n- Three.", false)]
    [InlineData("""{"max_sentences":1,"style":"bullets"}""", "- One is here.", true)]
    public async Task Summary_KeepsTheLimits(string parameters, string expected, bool isCut)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeHub.Summary(" One is here. Two is there. Three. "));
        await using var test = TestProvider.For(upstream, ("operations:summarization", "x/summary"));

        var (result, whole) = await test.RunAsync($$"""{"text":"{{new string('a', 100)}}","parameters":{{parameters}}}""");

        Assert.Equal(expected, result.GetProperty("summary").GetString());
        Assert.Equal(Math.Round(expected.Length / 100.0, 4), result.GetProperty("compression_ratio").GetDouble());
        Assert.Equal(isCut, whole.Notices.Count > 0);
    }

    [Fact]
    public void Summary_WhoseFirstSentenceIsTooLong_IsCutBetweenWords()
    {
        var (summary, isCut) = SummaryTask.Fit("one two three four five six seven eight nine ten eleven twelve.", new SummarizationParameters { MaxWords = 10 });

        Assert.Equal(("one two three four five six seven eight nine ten", true), (summary, isCut));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Intent_IsTheBestOfTheNames(bool isOld)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(isOld ? FakeHub.ZeroShot("t", ("cancel", 0.7), ("track", 0.2), ("pay", 0.1)) : FakeHub.Labels(("track", 0.2), ("cancel", 0.7), ("pay", 0.1)));
        await using var test = TestProvider.For(upstream, ("operations:intent_detection", "x/mnli"));

        var (result, whole) = await test.RunAsync("""{"text":"stop it","parameters":{"possible_intents":["track",{"name":"cancel","examples":["stop"]},"pay"]}}""");

        Assert.Equal(("cancel", 0.7), (result.GetProperty("intent").GetString(), result.GetProperty("confidence").GetDouble()));
        Assert.Equal(["track", "pay"], result.GetProperty("alternatives").EnumerateArray().Select(row => row.GetProperty("intent").GetString()!));
        Assert.Equal("""["track","cancel","pay"]""", upstream.Requests[0].Json.GetProperty("parameters").GetProperty("candidate_labels").GetRawText());
        Assert.NotEmpty(whole.Notices);
    }

    [Theory]
    [InlineData("sentiment_analysis", "{}")]
    [InlineData("entity_extraction", "{\"x\":1}")]
    [InlineData("summarization", "[]")]
    [InlineData("intent_detection", "[{\"label\":\"other\",\"score\":1}]")]
    [InlineData("sentiment_analysis", "not json")]
    public async Task Answer_ThatIsNone_IsNoAnswer(string operation, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body));
        await using var test = TestProvider.For(upstream, ("operations:" + operation, "x/y"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.RunAsync("""{"text":"a b","parameters":{"possible_intents":["track"]}}"""));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
    }

    [Fact]
    public async Task Payload_ThatCannotBeRead_IsTheCallersMistake()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream, ("operations:sentiment_analysis", "x/y"));

        await Assert.ThrowsAsync<OperationRequestException>(() => test.RunAsync("""{"text":7}"""));
        Assert.Empty(upstream.Requests);
    }
}
