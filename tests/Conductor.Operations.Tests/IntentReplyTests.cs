using System.Text;
using System.Text.Json;

namespace Conductor.Operations.Tests;

public class IntentReplyTests
{
    private const string Names = """["track_order","cancelOrder","Talk to a human","refund","REFUND"]""";

    [Theory]
    [InlineData("track_order", "track_order")]
    [InlineData(" Track Order ", "track_order")]
    [InlineData("track-order", "track_order")]
    [InlineData("`cancel_order`", "cancelOrder")]
    [InlineData("talk_to_a_human", "Talk to a human")]
    [InlineData("refund", "refund")]
    [InlineData("REFUND", "REFUND")]
    public void Intent_WrittenALittleDifferently_IsTheGivenName(string written, string expected)
    {
        var result = Read(JsonSerializer.Serialize(new { intent = written, confidence = 0.8 }));

        Assert.Equal((expected, 0.8), (result.GetProperty("intent").GetString(), result.GetProperty("confidence").GetDouble()));
        Assert.False(result.TryGetProperty("entities", out _));
    }

    [Theory]
    [InlineData("""{"intent":"Refund","confidence":1}""", "\"Refund\"; it must be one of \"track_order\", \"cancelOrder\"")]
    [InlineData("""{"intent":"order","confidence":1}""", "\"order\"; it must be one of")]
    [InlineData("""{"intent":"unknown","confidence":1}""", "\"unknown\"; it must be one of")]
    [InlineData("""{"confidence":1}""", "missing")]
    [InlineData("""{"intent":"","confidence":1}""", "\"\"; it must be one of")]
    [InlineData("null", "null")]
    [InlineData("track_order", "not the JSON")]
    [InlineData("""{"intent":"track_order","confidence":0.2,"alternatives":[{"intent":"refund","confidence":0.7}]}""", "must be the likeliest")]
    public void Intent_UnreadableAnswer_TellsTheModelWhy(string reply, string reason)
    {
        var mistake = Assert.Throws<OperationReplyException>(() => Read(reply));

        Assert.Contains(reason, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Intent_NoneOfALongList_MessageIsShort()
    {
        var names = JsonSerializer.Serialize(Enumerable.Range(0, 512).Select(index => $"{index}{new string('n', 190)}"));

        var mistake = Assert.Throws<OperationReplyException>(() => Read("""{"intent":"x","confidence":1}""", names));

        Assert.InRange(mistake.Message.Length, 100, 4_000);
        Assert.Contains("and 472 more", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(78)]
    [InlineData(79)]
    [InlineData(80)]
    public void Intent_LongName_IsQuotedWithWholeCharacters(int before)
    {
        var mistake = Assert.Throws<OperationReplyException>(() => Read(JsonSerializer.Serialize(new { intent = new string('n', before) + "😀😀", confidence = 1 })));

        Assert.False(mistake.Message.EnumerateRunes().Contains(Rune.ReplacementChar), "Half a character is quoted.");
    }

    [Theory]
    [InlineData("0.9", 0.9)]
    [InlineData("90", 0.9)]
    [InlineData("1.01", 1)]
    [InlineData("250", 1)]
    [InlineData("-3", 0)]
    [InlineData("\"0.5\"", 0.5)]
    [InlineData("1e999", 1)]
    public void Confidence_OfAnyScale_IsAProbability(string written, double expected)
    {
        var result = Read($$"""{"intent":"refund","confidence":{{written}}}""");

        Assert.Equal(expected, result.GetProperty("confidence").GetDouble(), precision: 9);
    }

    [Theory]
    [InlineData("", 0.5)]
    [InlineData(""","alternatives":[{"intent":"track_order","confidence":0.3}]""", 0.5)]
    [InlineData(""","alternatives":[{"intent":"track_order","confidence":0.7}]""", 0.5)] // 0.7 too, and both together 1
    public void Confidence_NotSaid_IsHalfAndNoticed(string alternatives, double expected)
    {
        var reply = new OperationReply($$"""{"intent":"refund"{{alternatives}}}""", "stop");

        var result = JsonElement.Parse(Loaded.Intents.ReadReply(reply, Request(Names, "null")).Span);

        Assert.Equal(expected, result.GetProperty("confidence").GetDouble(), precision: 9);
        Assert.Contains("how sure", Assert.Single(reply.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Alternatives_AreKnownOnceAndSorted()
    {
        var result = Read("""
            {"intent":"refund","confidence":59,"alternatives":[
              {"intent":"REFUND","confidence":1},{"intent":"nobody","confidence":20},{"intent":"track order","confidence":5},{"intent":"refund","confidence":90},
              {"intent":"track_order","confidence":10},null,{"intent":"cancelOrder"},{"intent":"Talk to a human","confidence":30}],
             "entities":{"order":"A7","count":2}}
            """);

        Assert.Equal(
            [("Talk to a human", 0.3), ("track_order", 0.1), ("REFUND", 0.01)],
            result.GetProperty("alternatives").EnumerateArray().Select(score => (score.GetProperty("intent").GetString(), score.GetProperty("confidence").GetDouble())));
        Assert.Equal("""{"order":"A7","count":2}""", result.GetProperty("entities").GetRawText());
    }

    [Theory]
    [InlineData("""{"intent":"refund","confidence":1,"alternatives":[{"intent":"track_order","confidence":1}]}""", "null", "refund", "0.5,0.5")]
    [InlineData("""{"intent":"refund","confidence":80,"alternatives":[{"intent":"track_order","confidence":60},{"intent":"REFUND","confidence":20}]}""", "null", "refund", "0.5,0.375,0.125")]
    [InlineData("""{"intent":"refund","confidence":1,"alternatives":[{"intent":"track_order","confidence":1}]}""", "0.8", "unknown", "0.5,0.5,0.5")]
    [InlineData("""{"intent":"unknown","confidence":1,"alternatives":[{"intent":"track_order","confidence":0.6}]}""", "0.5", "unknown", "0.625,0.375")]
    [InlineData("""{"intent":"unknown","alternatives":[{"intent":"track_order","confidence":0.8},{"intent":"refund","confidence":0.8}]}""", "0.5", "unknown", "0.5,0.5,0.5")]
    [InlineData("""{"intent":"refund","confidence":0.5,"alternatives":[{"intent":"track_order","confidence":0.25}]}""", "null", "refund", "0.5,0.25")]
    public void Confidence_OfSeveralTogetherAboveOne_SharesOne(string reply, string threshold, string intent, string confidences)
    {
        var result = Read(reply, Names, threshold);

        var all = result.GetProperty("alternatives").EnumerateArray().Select(score => score.GetProperty("confidence").GetDouble()).Prepend(result.GetProperty("confidence").GetDouble());
        Assert.Equal(intent, result.GetProperty("intent").GetString());
        Assert.Equal(confidences, string.Join(',', all.Select(value => Math.Round(value, 9).ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("""{"intent":"refund","confidence":0.6,"alternatives":[{"intent":"REFUND","confidence":0.25}]}""", "0.75", "unknown", 0.4, "refund,REFUND")]
    [InlineData("""{"intent":"refund","confidence":0.6,"alternatives":[{"intent":"REFUND","confidence":0.25}]}""", "0.6", "refund", 0.6, "REFUND")]
    [InlineData("""{"intent":"Unknown","confidence":0.9,"alternatives":[{"intent":"refund","confidence":0.1}]}""", "0.5", "unknown", 0.9, "refund")]
    [InlineData("""{"intent":"unknown","alternatives":[{"intent":"refund","confidence":0.25}]}""", "0.5", "unknown", 0.75, "refund")]
    [InlineData("""{"intent":"unknown"}""", "0.5", "unknown", 0.5, "")]
    public void Threshold_DecidesWhatIsUnknown(string reply, string threshold, string intent, double confidence, string alternatives)
    {
        var result = Read(reply, Names, threshold);

        Assert.Equal(intent, result.GetProperty("intent").GetString());
        Assert.Equal(confidence, result.GetProperty("confidence").GetDouble(), precision: 9);
        Assert.Equal(alternatives, string.Join(',', result.GetProperty("alternatives").EnumerateArray().Select(score => score.GetProperty("intent").GetString())));
    }

    [Fact]
    public void Threshold_IntentNamedUnknown_IsAnIntent()
    {
        var result = Read("""{"intent":"unknown","confidence":0.9}""", """["unknown","x"]""");

        Assert.Equal(("unknown", 0.9), (result.GetProperty("intent").GetString(), result.GetProperty("confidence").GetDouble()));
    }

    [Fact]
    public void Decision_ManyRanked_KeepsFiveAlternatives()
    {
        var ranked = Enumerable.Range(0, 9).Select(index => new IntentScore($"i{index}", 0.3 - (index * 0.03))).ToList();

        Assert.Equal(["i1", "i2", "i3", "i4", "i5"], IntentDecision.Decide(ranked, null).Alternatives.Select(score => score.Intent));
        Assert.Equal(["i0", "i1", "i2", "i3", "i4"], IntentDecision.Decide(ranked, 0.5).Alternatives.Select(score => score.Intent));
        Assert.Throws<ArgumentException>(() => IntentDecision.Decide([], null));
    }

    [Theory]
    [InlineData("""["a","b","a"]""", "parameters.possible_intents[2]", "\"a\" like the one at 0")]
    [InlineData("""["a",{"name":"a","description":"x"}]""", "parameters.possible_intents[1]", "\"a\"")]
    public void Validate_NameTwice_SaysWhich(string names, string field, string reason)
    {
        var mistake = Assert.Throws<OperationRequestException>(() => Loaded.Intents.Validate(Request(names, "null")));

        Assert.Equal(field, mistake.Field);
        Assert.Contains(reason, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(131_071, true)]
    [InlineData(131_072, true)]
    [InlineData(131_073, false)]
    public void Validate_AllWordsTogether_AreBounded(int characters, bool isTaken)
    {
        var left = characters - "a".Length - "b".Length - 1_000;
        string[] examples = [.. Enumerable.Range(0, (left / 1_000) + 1).Select(index => new string('x', index < left / 1_000 ? 1_000 : left % 1_000))];
        var names = JsonSerializer.Serialize(new object[] { "a", new { name = "b", description = new string('y', 1_000), examples } });

        var mistake = Record.Exception(() => Loaded.Intents.Validate(Request(names, "null")));

        Assert.Equal(isTaken ? null : "parameters.possible_intents", (mistake as OperationRequestException)?.Field);
        Assert.Equal(isTaken, mistake is null);
        Assert.Contains(isTaken ? "" : "131,073 characters", mistake?.Message ?? "", StringComparison.Ordinal);
    }

    private static JsonElement Read(string reply, string names = Names, string threshold = "null") =>
        Loaded.Read(Loaded.Intents, reply, Encoding.UTF8.GetString(Request(names, threshold)));

    private static byte[] Request(string names, string threshold) =>
        Encoding.UTF8.GetBytes($$$"""{"text":"I want my money back","parameters":{"possible_intents":{{{names}}},"threshold":{{{threshold}}}}}""");
}
