using System.Text;
using System.Text.Json;

namespace Conductor.Operations.Tests;

public class EntityReplyTests
{
    [Theory]
    [InlineData("Ann met Ann.", """[{"text":"Ann","type":"person"},{"text":"Ann","type":"person"}]""", "person:0-3=Ann person:8-11=Ann")]
    [InlineData("Ann met Ann.", """[{"text":"Ann","type":"person","start_index":8}]""", "person:8-11=Ann")]
    [InlineData("Ann met Ann.", """[{"text":"Ann","type":"person","start_index":5}]""", "person:0-3=Ann")]
    [InlineData("Ann met Ann.", """[{"text":"Ann","type":"person","start_index":8},{"text":"Ann","type":"person","start_index":8},{"text":"Ann","type":"person"}]""", "person:0-3=Ann person:8-11=Ann")]
    [InlineData("Paris Hilton in Paris", """[{"text":"Paris Hilton","type":"person"},{"text":"Paris","type":"location"}]""", "person:0-12=Paris Hilton location:16-21=Paris")]
    [InlineData("Friday 3pm", """[{"text":"Friday 3pm","type":"DateTime"},{"text":"3pm","type":"time"}]""", "datetime:0-10=Friday 3pm time:7-10=3pm")]
    [InlineData("I love NEW\n  York!", """[{"text":"new york","type":"City Name"}]""", "city_name:7-17=NEW\n  York")]
    [InlineData("cafe\u0301 Zoe\u0308", """[{"text":"café","type":"place"},{"text":"zoë","type":"person"}]""", "place:0-5=cafe\u0301 person:6-10=Zoe\u0308")]
    [InlineData("café", """[{"text":"cafe\u0301","type":"place"}]""", "place:0-4=café")]
    [InlineData("the ﬁrm", """[{"text":"firm","type":"org"}]""", "org:4-7=ﬁrm")]
    [InlineData("서울", """[{"text":"서울","type":"location"}]""", "location:0-2=서울")]
    [InlineData("B 😀 Bo", """[{"text":"Bo","type":"person","start_index":3}]""", "person:5-7=Bo")]
    [InlineData("tie ﬁ", """[{"text":"TIE","type":"a"},{"text":"I","type":"b"}]""", "a:0-3=tie b:1-2=i")]
    public void Read_AnyIndex_PlacesAreTheTextsOwn(string text, string entities, string expected)
    {
        Assert.Equal(expected, Write(Read(text, entities)));
    }

    [Fact]
    public void Read_NotInTheText_LeftOutAndTold()
    {
        const string Entities = """[{"text":"Bob","type":"person"},{"text":"a very long name that no text would hold in full","type":"person"},{"text":"Ann","type":"person"},{"text":"x1","type":"a"},{"text":"x2","type":"a"}]""";

        var notices = Loaded.Notices(Loaded.Entities, $$"""{"entities":{{Entities}}}""", Request("Ann"));

        Assert.Equal("person:0-3=Ann", Write(Read("Ann", Entities)));
        Assert.Equal("4 entities of the model's answer do not stand in the text and were left out: \"Bob\", \"a very long name that no text would hold…\", \"x1\", ….", Assert.Single(notices));
    }

    [Fact]
    public void Read_OnlyPartOfACharacter_IsNotFound()
    {
        Assert.Empty(Read("ﬁn e\u0301", """[{"text":"ine","type":"a"},{"text":"E","type":"a"}]"""));
    }

    [Theory]
    [InlineData("PhoneNumber", "phone_number")]
    [InlineData(" phone-number ", "phone_number")]
    [InlineData("IPAddress", "ip_address")]
    [InlineData("Date Time", "datetime")]
    [InlineData("DATE", "date")]
    [InlineData("", "misc")]
    [InlineData("日本", "日本")]
    public void Read_TypesAsModelsWriteThem_AreLowerSnakeCase(string given, string expected)
    {
        Assert.Equal(expected, Assert.Single(Read("Ann", $$"""[{"text":"Ann","type":"{{given}}"}]""")).GetProperty("type").GetString());
    }

    [Fact]
    public void Read_TypesAskedFor_OthersAreLeftOutAndTold()
    {
        const string Request = """{"text":"Ann 5 Rome","parameters":{"entity_types":["Phone Number","PERSON"]}}""";
        const string Reply = """{"entities":[{"text":"Ann","type":"person"},{"text":"5","type":"phone_number"},{"text":"Rome","type":"location"},{"text":"Rome"}]}""";

        var result = Loaded.Read(Loaded.Entities, Reply, Request);

        Assert.Equal("person:0-3=Ann phone_number:4-5=5", Write(result.GetProperty("entities").EnumerateArray()));
        Assert.Contains("2 entities", Assert.Single(Loaded.Notices(Loaded.Entities, Reply, Request)), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneTypeAskedFor_AModelNeedNotNameIt()
    {
        var result = Loaded.Read(Loaded.Entities, """{"entities":[{"text":"Ann"}]}""", """{"text":"Ann","parameters":{"entity_types":["person"]}}""");

        Assert.Equal("person:0-3=Ann", Write(result.GetProperty("entities").EnumerateArray()));
    }

    [Theory]
    [InlineData("""{"amount":5,"currency":"EUR"}""", """{"amount":5,"currency":"EUR"}""")]
    [InlineData("5", "5")]
    [InlineData("[1,null]", "[1,null]")]
    [InlineData("false", "false")]
    [InlineData("null", "\"5 €\"")]
    [InlineData("\"\"", "\"5 €\"")]
    [InlineData("\"\\ud83d\"", "\"5 €\"")]
    [InlineData("{\"\\ud83d\":1}", "\"5 €\"")]
    public void Read_Values_OfAnyKindOrTheWordsThemselves(string given, string expected)
    {
        var entity = Assert.Single(Read("pay 5 €", $$"""[{"text":"5 €","type":"money","value":{{given}}}]"""));

        Assert.Equal(JsonDocument.Parse(expected).RootElement.ToString(), entity.GetProperty("value").ToString());
    }

    [Theory]
    [InlineData("0.9", 0.9)]
    [InlineData("\"0.9\"", 0.9)]
    [InlineData("7", 1)]
    [InlineData("-1", 0)]
    [InlineData("1e999", 0.5)]
    [InlineData("null", 0.5)]
    public void Read_Confidence_IsAProbability(string given, double expected)
    {
        Assert.Equal(expected, Assert.Single(Read("Ann", $$"""[{"text":"Ann","type":"person","confidence":{{given}}}]""")).GetProperty("confidence").GetDouble());
    }

    [Theory]
    [InlineData("Ann is a person.", "not the JSON")]
    [InlineData("{}", "missing")]
    [InlineData("""{"entities":"none"}""", "no list")]
    [InlineData("5", "no list")]
    public void Read_UnreadableAnswer_TellsTheModelWhy(string reply, string reason)
    {
        var mistake = Assert.Throws<OperationReplyException>(() => Loaded.Read(Loaded.Entities, reply, Request("Ann")));

        Assert.Contains(reason, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EntriesThatAreNone_LeftOutAndTold()
    {
        const string Reply = """{"entities":["Ann",5,{"type":"person"},{"text":" ","type":"person"},{"text":"\ud83d","type":"person"},{"Text":"Ann","TYPE":"person"}]}""";

        Assert.Single(Loaded.Read(Loaded.Entities, Reply, Request("Ann")).GetProperty("entities").EnumerateArray());
        Assert.StartsWith("5 entries", Assert.Single(Loaded.Notices(Loaded.Entities, Reply, Request("Ann"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"a","parameters":{"reference_time":"next week"}}""", "parameters.reference_time")]
    [InlineData("""{"text":"a","parameters":{"reference_time":5}}""", "parameters.reference_time")]
    [InlineData("""{"text":"a","parameters":{"entity_types":["person","--"]}}""", "parameters.entity_types[1]")]
    public void Validate_BadParameters_NameTheField(string request, string field)
    {
        var mistake = Assert.Throws<OperationRequestException>(() => Loaded.Entities.Validate(Encoding.UTF8.GetBytes(request)));

        Assert.Equal(field, mistake.Field);
    }

    // Any text, any answer: words cut from anywhere in it, spelt otherwise, with indices that are mostly wrong.
    [Fact]
    public void Read_AnyTextAndAnswer_EveryPlaceHoldsItsWords()
    {
        var found = 0;
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var text = RandomText(random);
            var named = Enumerable.Range(0, random.Next(1, 12)).Select(_ => RandomEntity(random, text)).ToArray();
            var reply = $$"""{"entities":[{{string.Join(',', named)}}]}""";

            var result = Loaded.Read(Loaded.Entities, reply, Request(text));

            Assert.Equal(result.GetRawText(), Loaded.Read(Loaded.Entities, reply, Request(text)).GetRawText());
            var entities = result.GetProperty("entities").EnumerateArray().ToList();
            var places = entities.ConvertAll(entity => (Start: entity.GetProperty("start_index").GetInt32(), End: entity.GetProperty("end_index").GetInt32()));
            Assert.Equal(places.OrderBy(place => place.Start).ThenBy(place => place.End), places);
            Assert.Equal(entities.Count, entities.Select(entity => (entity.GetProperty("start_index").GetInt32(), entity.GetProperty("end_index").GetInt32(), entity.GetProperty("type").GetString())).Distinct().Count());
            for (var index = 0; index < entities.Count; index++)
            {
                var (start, end) = places[index];
                Assert.Equal(text.Substring(start, end - start), entities[index].GetProperty("text").GetString());
                Assert.False(char.IsLowSurrogate(text[start]));
                Assert.False(char.IsHighSurrogate(text[end - 1]));
            }

            found += entities.Count;
        }

        Assert.True(found > 5_000, $"Only {found} entities were found: the test looks at next to nothing.");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a ")]
    [InlineData("e\u0301")]
    [InlineData("😀")]
    public void Read_LongestTextOfOnePiece_EndsSoon(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 32_000 / piece.Length));
        var named = Enumerable.Range(1, 600).Select(length => $$"""{"text":{{Json(text[..(length * piece.Length)].Trim())}},"type":"t{{length % 3}}"}""");

        var result = Loaded.Read(Loaded.Entities, $$"""{"entities":[{{string.Join(',', named)}}]}""", Request(text));

        Assert.NotEmpty(result.GetProperty("entities").EnumerateArray());
    }

    private static string RandomEntity(Random random, string text)
    {
        var start = random.Next(text.Length);
        var words = text.Substring(start, random.Next(1, Math.Min(9, text.Length - start + 1)));
        words = random.Next(4) switch { 0 => words.ToUpperInvariant(), 1 => words.Replace(" ", "\n ", StringComparison.Ordinal), 2 => words + "x", _ => words };
        return $$"""{"text":{{Json(words)}},"type":"t{{random.Next(3)}}","value":{{random.Next(5)}},"start_index":{{(random.Next(3) == 0 ? start : random.Next(-5, text.Length + 5))}}}""";
    }

    private static string RandomText(Random random)
    {
        string[] pieces = ["a", "B", " ", "\n", "aB ", "é", "e\u0301", "ﬁ", "가", "각", "ß", "İ", "😀", "👩‍👩‍👧", "\u0301", "\u200b", "猫", "Ann ", "Ａ", "½", "\u00a0"];
        var text = new StringBuilder();
        for (var count = random.Next(1, 40); count > 0; count--)
        {
            text.Append(random.Next(5) == 0 ? new Rune(random.Next(0xE000, 0x10FFFF)).ToString() : pieces[random.Next(pieces.Length)]);
        }

        return text.ToString();
    }

    private static List<JsonElement> Read(string text, string entities) =>
        [.. Loaded.Read(Loaded.Entities, $$"""{"entities":{{entities}}}""", Request(text)).GetProperty("entities").EnumerateArray()];

    private static string Request(string text) => $$"""{"text":{{Json(text)}}}""";

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static string Write(IEnumerable<JsonElement> entities) => string.Join(' ', entities.Select(entity =>
        $"{entity.GetProperty("type").GetString()}:{entity.GetProperty("start_index").GetInt32()}-{entity.GetProperty("end_index").GetInt32()}={entity.GetProperty("text").GetString()}"));
}
