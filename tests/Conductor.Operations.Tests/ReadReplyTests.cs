using System.Text;
using System.Text.Json;

namespace Conductor.Operations.Tests;

public class ReadReplyTests
{
    private const string Request = """{"text":"0123456789"}""";

    [Theory]
    [InlineData("""{"sentiment":"positive","scores":{"positive":0.8,"negative":0.1,"neutral":0.1}}""", "positive", 0.8)]
    [InlineData("""{"sentiment":" Negative ","scores":{"positive":10,"negative":70,"neutral":20}}""", "negative", 0.7)]
    [InlineData("""{"sentiment":"neutral","scores":{"positive":-1,"negative":0,"neutral":2}}""", "neutral", 1)]
    [InlineData("""{"sentiment":"positive","confidence":0.9}""", "positive", 0.9)]
    [InlineData("""{"sentiment":"positive","confidence":7}""", "positive", 1)]
    [InlineData("""{"sentiment":"positive"}""", "positive", 0.5)]
    [InlineData("""{"sentiment":"positive","scores":{"positive":0,"negative":0,"neutral":0}}""", "positive", 0.5)]
    [InlineData("""{"sentiment":"neutral","scores":{"positive":1e999,"negative":0.5,"neutral":0.5},"reason":"x"}""", "neutral", 0.5)]
    [InlineData("""{"sentiment":"positive","confidence":0.2}""", "positive", 0.2)]
    public void Sentiment_ReadableAnswer_IsBroughtToProbabilities(string reply, string sentiment, double confidence)
    {
        var result = Loaded.Read(Loaded.Sentiment, reply, Request);

        Assert.Equal(sentiment, result.GetProperty("sentiment").GetString());
        Assert.Equal(confidence, result.GetProperty("confidence").GetDouble(), precision: 9);
        Assert.Equal(confidence, result.GetProperty("scores").GetProperty(sentiment).GetDouble(), precision: 9);
        Assert.Equal(1, result.GetProperty("scores").EnumerateObject().Sum(score => score.Value.GetDouble()), precision: 9);
    }

    [Theory]
    [InlineData("""{"sentiment":"mixed"}""", "mixed")]
    [InlineData("""{}""", "missing")]
    [InlineData("null", "null")]
    [InlineData("It is positive.", "not the JSON")]
    [InlineData("""{"sentiment":"positive","scores":{"positive":0.1,"negative":0.8,"neutral":0.1}}""", "\"positive\", but its score is 0.1 and another's is 0.8")]
    [InlineData("""{"sentiment":"neutral","scores":{"positive":51,"negative":0,"neutral":49}}""", "highest score")]
    [InlineData("""{"sentiment":"positive","scores":{"positive":1e999,"negative":0.5,"neutral":0.5}}""", "highest score")]
    public void Sentiment_UnreadableAnswer_TellsTheModelWhy(string reply, string reason)
    {
        var mistake = Assert.Throws<OperationReplyException>(() => Loaded.Read(Loaded.Sentiment, reply, Request));

        Assert.Contains(reason, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Summarization_Answer_RatioIsComputedNotBelieved()
    {
        var result = Loaded.Read(Loaded.Summarization, """{"summary":" 01234 ","key_points":[" a ","",null],"compression_ratio":9}""", Request);

        Assert.Equal("01234", result.GetProperty("summary").GetString());
        Assert.Equal(0.5, result.GetProperty("compression_ratio").GetDouble());
        Assert.Equal("a", Assert.Single(result.GetProperty("key_points").EnumerateArray()).GetString());
    }

    [Fact]
    public void Summarization_NoKeyPoints_AreNone()
    {
        Assert.Empty(Loaded.Read(Loaded.Summarization, """{"summary":"a"}""", Request).GetProperty("key_points").EnumerateArray());
    }

    [Theory]
    [InlineData("a b c d e f g. h i j k", "a b c d e f g.")]
    [InlineData("a b c d e f g h i j k", "a b c d e f g h i j…")]
    [InlineData("a b c d e f g h i j", "a b c d e f g h i j")]
    public void Summarization_MoreWordsThanAllowed_IsCut(string summary, string expected)
    {
        var result = Loaded.Read(Loaded.Summarization, $$"""{"summary":"{{summary}}"}""", """{"text":"a","parameters":{"max_words":10}}""");

        Assert.Equal(expected, result.GetProperty("summary").GetString());
    }

    [Theory]
    [InlineData("One. Two! Three?", 2, "One. Two!")]
    [InlineData("One. Two. ", 2, "One. Two.")]
    [InlineData("One. Two.", 3, "One. Two.")]
    [InlineData("He said \"Stop!\" Then he left. The end.", 2, "He said \"Stop!\" Then he left.")]
    [InlineData("Dr. A. Smith of the U.S. Army paid 3.5 dollars, e.g. No. 5 of Inc. Ltd. Over.", 1, "Dr. A. Smith of the U.S. Army paid 3.5 dollars, e.g. No. 5 of Inc. Ltd. Over.")]
    [InlineData("Wait... what? Yes.", 1, "Wait... what?")]
    [InlineData("It costs 5 euros. 20 people came.", 1, "It costs 5 euros.")]
    [InlineData("一つ。二つ。三つ。", 2, "一つ。二つ。")]
    [InlineData("no mark at all", 1, "no mark at all")]
    public void Summarization_MoreSentencesThanAllowed_IsCutWithNotice(string summary, int most, string expected)
    {
        var request = $$$"""{"text":"a","parameters":{"max_sentences":{{{most}}}}}""";
        var reply = new OperationReply(JsonSerializer.Serialize(new { summary }), "stop");

        var result = JsonElement.Parse(Loaded.Summarization.ReadReply(reply, Encoding.UTF8.GetBytes(request)).Span);

        Assert.Equal(expected, result.GetProperty("summary").GetString());
        Assert.Equal(expected.Length < summary.TrimEnd().Length ? 1 : 0, reply.Notices.Count);
    }

    [Fact]
    public void Summarization_MorePointsThanAllowed_LinesAreCut()
    {
        var request = """{"text":"a","parameters":{"max_sentences":2,"style":"bullets"}}""";

        var result = Loaded.Read(Loaded.Summarization, """{"summary":"- One. Still one.\n\n- Two\n- Three"}""", request);

        Assert.Equal("- One. Still one.\n\n- Two", result.GetProperty("summary").GetString());
    }

    [Theory]
    [InlineData("""{"summary":"  "}""")]
    [InlineData("""{"key_points":[]}""")]
    [InlineData("[]")]
    public void Summarization_NoSummary_TellsTheModelWhy(string reply)
    {
        Assert.Throws<OperationReplyException>(() => Loaded.Read(Loaded.Summarization, reply, Request));
    }

    [Theory]
    [InlineData(" Hello. ", null, "Hello.", "stop")]
    [InlineData("Hel", "length", "Hel", "length")]
    [InlineData("", "content_filter", "", "content_filter")]
    public void ResponseGeneration_Answer_IsTheText(string reply, string? finishReason, string text, string expected)
    {
        var result = Loaded.Read(Loaded.ResponseGeneration, reply, Request, finishReason);

        Assert.Equal((text, expected), (result.GetProperty("text").GetString(), result.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public void ResponseGeneration_EmptyAnswer_TellsTheModelWhy()
    {
        Assert.Throws<OperationReplyException>(() => Loaded.Read(Loaded.ResponseGeneration, " ", Request));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text":"  "}""")]
    [InlineData("""{"text":null,"parameters":{"messages":[]}}""")]
    public void ResponseGeneration_NothingToAnswer_NamesTheField(string request)
    {
        var mistake = Assert.Throws<OperationRequestException>(() => Loaded.ResponseGeneration.Validate(Encoding.UTF8.GetBytes(request)));

        Assert.Equal("text", mistake.Field);
    }
}
