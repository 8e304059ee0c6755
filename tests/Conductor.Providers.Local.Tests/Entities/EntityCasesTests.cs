using Conductor.Operations;
using Conductor.Providers.Local.Entities;

namespace Conductor.Providers.Local.Tests.Entities;

/// <summary>What is found in a sentence, and what it means: `type:words=value`, parted by `; `. It is Wednesday, 4 March 2026, ten in the morning.</summary>
public class EntityCasesTests
{
    private static readonly EntityEngine Engine = new(TimeProvider.System);
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 0, 0, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("Write to jo.doe+x@mail.example.co.uk.", "email:jo.doe+x@mail.example.co.uk=\"jo.doe+x@mail.example.co.uk\"")]
    [InlineData("Write to (a@b.org), not a@b or @c@", "email:a@b.org=\"a@b.org\"")]
    [InlineData("root@[192.0.2.1] answers", "email:root@[192.0.2.1]=\"root@[192.0.2.1]\"")]
    [InlineData("See https://example.com/a?b=c#d, please.", "url:https://example.com/a?b=c#d=\"https://example.com/a?b=c#d\"")]
    [InlineData("(see www.example.org/x_(y))", "url:www.example.org/x_(y)=\"www.example.org/x_(y)\"")]
    [InlineData("docs.rs/serde and example.com", "url:docs.rs/serde=\"docs.rs/serde\"; url:example.com=\"example.com\"")]
    [InlineData("Open main.rs, readme.md. It is fine.So be it", "")]
    [InlineData("http://localhost:8080/v1 and http://[::1]:80/", "url:http://localhost:8080/v1=\"http://localhost:8080/v1\"; url:http://[::1]:80/=\"http://[::1]:80/\"")]
    [InlineData("ping 192.0.2.17, not 300.1.1.1 nor 1.2.3", "ip_address:192.0.2.17=\"192.0.2.17\"")]
    [InlineData("bound to fe80::1 here", "ip_address:fe80::1=\"fe80::1\"")]
    [InlineData("id {06E82887-9AFC-4064-ABAD-F6FB60B8A1F3}", "guid:{06E82887-9AFC-4064-ABAD-F6FB60B8A1F3}=\"06e82887-9afc-4064-abad-f6fb60b8a1f3\"")]
    [InlineData("thanks @ann_b for #OpenData and C#", "mention:@ann_b=\"ann_b\"; hashtag:#OpenData=\"OpenData\"")]
    [InlineData("version 1.2.3.4, Release  10.0.0.1, then 10.0.0.2", "ip_address:10.0.0.2=\"10.0.0.2\"")]
    [InlineData("a@b.com\u0301 and a@b.com", "email:a@b.com=\"a@b.com\"")]
    [InlineData("on 127.0.0.1:8080, 10.0.0.1:a and 1.2.3.4:123456", "ip_address:127.0.0.1=\"127.0.0.1\"")]
    public void Addresses(string text, string expected) => Check(text, expected, "email", "url", "ip_address", "guid", "mention", "hashtag");

    [Theory]
    [InlineData("Call +49 (0)176 1234567 today", "phone:+49 (0)176 1234567=\"+491761234567\"")]
    [InlineData("Tel: (212) 555-0143 ext. 12", "phone:(212) 555-0143 ext. 12=\"2125550143\"")]
    [InlineData("my number is 555-0143", "phone:555-0143=\"5550143\"")]
    [InlineData("from 2010-2015 and on 2019-01-05, 12.50", "")]
    [InlineData("order 123-45-6789, $212-555-0143", "")]
    [InlineData("paid by 4111 1111 1111 1111, build 10.0.19041.1", "")]
    public void Phones(string text, string expected) => Check(text, expected, "phone");

    [Theory]
    [InlineData("It costs $2.5 million or 300,000 euros.", "money:$2.5 million={\"amount\":2500000,\"currency\":\"USD\"}; money:300,000 euros={\"amount\":300000,\"currency\":\"EUR\"}")]
    [InlineData("C$5, 20 cents, £3bn", "money:C$5={\"amount\":5,\"currency\":\"CAD\"}; money:20 cents={\"amount\":0.2,\"currency\":null}; money:£3bn={\"amount\":3000000000,\"currency\":\"GBP\"}")]
    [InlineData("two hundred Swiss francs and 5 dollars and 20 cents", "money:two hundred Swiss francs={\"amount\":200,\"currency\":\"CHF\"}; money:5 dollars and 20 cents={\"amount\":5.2,\"currency\":\"USD\"}")]
    [InlineData("EUR 1,234.50 or 99 USD or 7 pesos", "money:EUR 1,234.50={\"amount\":1234.5,\"currency\":\"EUR\"}; money:99 USD={\"amount\":99,\"currency\":\"USD\"}; money:7 pesos={\"amount\":7,\"currency\":null}")]
    [InlineData("a loss of -$40", "money:-$40={\"amount\":-40,\"currency\":\"USD\"}")]
    [InlineData("up 5% and 2.5 per cent, twenty percent, 3 percentage points", "percent:5%=5; percent:2.5 per cent=2.5; percent:twenty percent=20; percent:3 percentage points=3")]
    [InlineData("three hundred and five of 2.5 million", "number:three hundred and five=305; number:2.5 million=2500000")]
    [InlineData("1,234,567 and -0.5 and 3/4 and 1e3", "number:1,234,567=1234567; number:-0.5=-0.5; number:3/4=0.75; number:1e3=1000")]
    [InlineData("twenty-one thousand four hundred, two thirds, a dozen", "number:twenty-one thousand four hundred=21400; number:two thirds=0.666666666667; number:a dozen=12")]
    [InlineData("five and a half, one over twenty, two point five", "number:five and a half=5.5; number:one over twenty=0.05; number:two point five=2.5")]
    [InlineData("A4 paper, 747s, no one", "")]
    [InlineData("the 11th and the twenty-first, thirty second", "ordinal:11th=11; ordinal:twenty-first=21; ordinal:thirty second=32")]
    [InlineData("it is -3 °C, 70 degrees Fahrenheit, 20C", "temperature:-3 °C={\"value\":-3,\"unit\":\"C\"}; temperature:70 degrees Fahrenheit={\"value\":70,\"unit\":\"F\"}; temperature:20C={\"value\":20,\"unit\":\"C\"}")]
    [InlineData("5 km, a 10-gallon hat, 60 mph, 30 square meters", "dimension:5 km={\"value\":5,\"unit\":\"km\"}; dimension:10-gallon={\"value\":10,\"unit\":\"gal\"}; dimension:60 mph={\"value\":60,\"unit\":\"mph\"}; dimension:30 square meters={\"value\":30,\"unit\":\"m²\"}")]
    [InlineData("a ten-year-old, 8 months old, aged 87", "age:ten-year-old={\"value\":10,\"unit\":\"year\"}; age:8 months old={\"value\":8,\"unit\":\"month\"}; age:aged 87={\"value\":87,\"unit\":\"year\"}")]
    [InlineData("1.234,56 EUR, USD 5,00, 12,50 €", "money:1.234,56 EUR={\"amount\":1234.56,\"currency\":\"EUR\"}; money:USD 5,00={\"amount\":5,\"currency\":\"USD\"}; money:12,50 €={\"amount\":12.5,\"currency\":\"EUR\"}")]
    [InlineData("1,2,3 and $5,10,15", "number:1=1; number:2=2; number:3=3; money:$5={\"amount\":5,\"currency\":\"USD\"}; number:10=10; number:15=15")]
    [InlineData("2 quadrillion quadrillion quadrillion apples", "number:2 quadrillion quadrillion quadrillion=\"2 quadrillion quadrillion quadrillion\"")]
    [InlineData("9 quadrillion billion", "number:9 quadrillion billion=9000000000000000000000000")]
    [InlineData("1\ufe0f\u20e3 5\u0301 7", "number:7=7")]
    [InlineData("5G, 3M, 4T, 5m, 5L", "dimension:5m={\"value\":5,\"unit\":\"m\"}; dimension:5L={\"value\":5,\"unit\":\"l\"}")]
    [InlineData("1e-2, 2.5E+3 and 1e-5x", "number:1e-2=0.01; number:2.5E+3=2500")]
    [InlineData("3/4 of all", "number:3/4=0.75")]
    public void Quantities(string text, string expected) => Check(text, expected, "money", "percent", "number", "ordinal", "temperature", "dimension", "age");

    [Theory]
    [InlineData("today, tomorrow and yesterday", "date:today=\"2026-03-04\"; date:tomorrow=\"2026-03-05\"; date:yesterday=\"2026-03-03\"")]
    [InlineData("on Jan 5th 2019 or 5 May, 2027", "date:Jan 5th 2019=\"2019-01-05\"; date:5 May, 2027=\"2027-05-05\"")]
    [InlineData("2019-01-05, 1/5/2019 and 25.12.2019", "date:2019-01-05=\"2019-01-05\"; date:1/5/2019=\"2019-01-05\"; date:25.12.2019=\"2019-12-25\"")]
    [InlineData("next Friday, Friday, last Monday", "date:next Friday=\"2026-03-13\"; date:Friday=\"2026-03-06\"; date:last Monday=\"2026-02-23\"")]
    [InlineData("in two weeks, or 3 days ago", "date:in two weeks=\"2026-03-18\"; date:3 days ago=\"2026-03-01\"")]
    [InlineData("the day after tomorrow, the 9th of May", "date:the day after tomorrow=\"2026-03-06\"; date:the 9th of May=\"2026-05-09\"")]
    [InlineData("the first Monday of May 2027, Easter 2027", "date:the first Monday of May 2027=\"2027-05-03\"; date:Easter 2027=\"2027-03-28\"")]
    [InlineData("at 3pm, 15:30, half past five, seven in the evening", "time:3pm=\"15:00:00\"; time:15:30=\"15:30:00\"; time:half past five=\"05:30:00\"; time:seven in the evening=\"19:00:00\"")]
    [InlineData("tomorrow at 3pm, 9:30 a.m. on Friday", "datetime:tomorrow at 3pm=\"2026-03-05T15:00:00\"; datetime:9:30 a.m. on Friday=\"2026-03-06T09:30:00\"")]
    [InlineData("2026-03-01T09:30:00Z and an hour ago", "datetime:2026-03-01T09:30:00Z=\"2026-03-01T09:30:00\"; datetime:an hour ago=\"2026-03-04T09:00:00\"")]
    [InlineData("3:00 to 4:00 tomorrow", "datetime_range:3:00 to 4:00 tomorrow={\"start\":\"2026-03-05T03:00:00\",\"end\":\"2026-03-05T04:00:00\"}")]
    [InlineData("from 3 to 4pm", "time_range:from 3 to 4pm={\"start\":\"15:00:00\",\"end\":\"16:00:00\"}")]
    [InlineData("tonight and tomorrow morning", "datetime_range:tonight={\"start\":\"2026-03-04T20:00:00\",\"end\":\"2026-03-05T00:00:00\"}; datetime_range:tomorrow morning={\"start\":\"2026-03-05T08:00:00\",\"end\":\"2026-03-05T12:00:00\"}")]
    [InlineData("last week, next 3 days", "date_range:last week={\"start\":\"2026-02-23\",\"end\":\"2026-03-02\"}; date_range:next 3 days={\"start\":\"2026-03-05\",\"end\":\"2026-03-08\"}")]
    [InlineData("in May 2018, in 2016, the 1990s", "date_range:May 2018={\"start\":\"2018-05-01\",\"end\":\"2018-06-01\"}; date_range:2016={\"start\":\"2016-01-01\",\"end\":\"2017-01-01\"}; date_range:the 1990s={\"start\":\"1990-01-01\",\"end\":\"2000-01-01\"}")]
    [InlineData("Q3 2026, early 2018", "date_range:Q3 2026={\"start\":\"2026-07-01\",\"end\":\"2026-10-01\"}; date_range:early 2018={\"start\":\"2018-01-01\",\"end\":\"2018-05-02\"}")]
    [InlineData("from May 1 to May 7, 2027", "date_range:from May 1 to May 7, 2027={\"start\":\"2027-05-01\",\"end\":\"2027-05-08\"}")]
    [InlineData("May 1-7, 2027 or from May to July 2027", "date_range:May 1-7, 2027={\"start\":\"2027-05-01\",\"end\":\"2027-05-08\"}; date_range:from May to July 2027={\"start\":\"2027-05-01\",\"end\":\"2027-08-01\"}")]
    [InlineData("by next Friday, after tomorrow, 2012 or later", "date_range:by next Friday={\"start\":null,\"end\":\"2026-03-14\"}; date_range:after tomorrow={\"start\":\"2026-03-06\",\"end\":null}; date_range:2012 or later={\"start\":\"2012-01-01\",\"end\":null}")]
    [InlineData("before Friday, since 2014", "date_range:before Friday={\"start\":null,\"end\":\"2026-03-06\"}; date_range:since 2014={\"start\":\"2014-01-01\",\"end\":null}")]
    [InlineData("for 2 hours, three and a half days, half an hour", "duration:2 hours=\"PT2H\"; duration:three and a half days=\"P3.5D\"; duration:half an hour=\"PT0.5H\"")]
    [InlineData("1 year and 3 months, 30-minute talk", "duration:1 year and 3 months=\"P1Y3M\"; duration:30-minute=\"PT30M\"")]
    [InlineData("every day, every other Monday, weekly", "recurrence:every day=\"R/P1D\"; recurrence:every other Monday=\"R/P2W\"; recurrence:weekly=\"R/P1W\"")]
    [InlineData("It may well march on; the sun sat in second place", "")]
    [InlineData("Friday Schmidt.5, Monday x-7 and Sunday €/9", "date:Friday=\"2026-03-06\"; date:Monday=\"2026-03-09\"; date:Sunday=\"2026-03-08\"")]
    [InlineData("from Monday to Friday 9 to 5", "datetime_range:from Monday to Friday 9 to 5={\"start\":\"2026-03-09T00:00:00\",\"end\":\"2026-03-13T17:00:00\"}")]
    [InlineData("tomorrow 3pm to 1:30", "datetime_range:tomorrow 3pm to 1:30={\"start\":\"2026-03-05T15:00:00\",\"end\":\"2026-03-06T01:30:00\"}")]
    [InlineData("9999-12-31 3pm to noon", "datetime_range:9999-12-31 3pm to noon={\"start\":\"9999-12-31T15:00:00\",\"end\":null}")]
    [InlineData("from May 2019 to March 2018", "date_range:May 2019={\"start\":\"2019-05-01\",\"end\":\"2019-06-01\"}; date_range:March 2018={\"start\":\"2018-03-01\",\"end\":\"2018-04-01\"}")]
    [InlineData("9999-12-31 3pm to 1pm", "datetime_range:9999-12-31 3pm to 1pm={\"start\":\"9999-12-31T15:00:00\",\"end\":null}")]
    [InlineData("a 3D film, 5h, 24H, 3d, seat 23A, 9a, H2O, H2", "duration:5h=\"PT5H\"; duration:24H=\"PT24H\"; duration:3d=\"P3D\"; time:9a=\"09:00:00\"; date_range:H2={\"start\":\"2026-07-01\",\"end\":\"2027-01-01\"}")]
    [InlineData("open 24/7, 3/4 of all, 3/4", "date:3/4=\"2026-03-04\"")]
    public void Times(string text, string expected) =>
        Check(text, expected, "date", "time", "datetime", "duration", "date_range", "time_range", "datetime_range", "recurrence");

    [Theory]
    [InlineData("Dr. Anna Schmidt lives in Hamburg.", "person:Anna Schmidt; location:Hamburg")]
    [InlineData("John Smith said so in Canada.", "person:John Smith; location:Canada")]
    [InlineData("She studied at the University of Oxford.", "organization:University of Oxford")]
    [InlineData("Yesterday it rained. The weather was bad.", "")]
    public void Names(string text, string expected) =>
        Assert.Equal(expected, string.Join("; ", Find(text, "person", "location", "organization").Select(entity => $"{entity.Type}:{entity.Text}")));

    [Fact]
    public void Overlap_LongestThenMoreSpecific()
    {
        var found = Find("Pay $5 on May 5, 2027 via https://pay.example.com/5", [.. EntityTypes.All]);

        Assert.Equal(["money", "date", "url"], found.Select(entity => entity.Type));
    }

    [Fact]
    public void Types_PartOfARange_IsFoundWhereTheRangeIsNotAskedFor()
    {
        Assert.Equal("Friday", Assert.Single(Find("from 3pm until Friday", "date")).Text);
    }

    [Fact]
    public void Find_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => EntityExtractor.Find("on Monday", EntityTypes.All.ToHashSet(), DateTime.MinValue, names: null, new CancellationToken(canceled: true)));

    [Fact]
    public void Language_NotEnglish_NoNamesAndANotice()
    {
        var notices = new List<string>();

        var found = Engine.Extract(new EntityExtractionRequest { Text = "Anna Schmidt, Hamburg, a@b.de", Language = "de" }, notices, CancellationToken.None).Entities;

        Assert.Equal("a@b.de", Assert.Single(found).Text);
        Assert.Contains("\"de\"", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_EdgeOfTheCalendar_LeavesTheWords()
    {
        var request = new EntityExtractionRequest { Text = "next year", Parameters = new EntityExtractionParameters { ReferenceTime = DateTimeOffset.MaxValue } };

        Assert.Equal("\"next year\"", Assert.Single(Engine.Extract(request, [], CancellationToken.None).Entities).Value.GetRawText());
    }

    private static void Check(string text, string expected, params string[] types) =>
        Assert.Equal(expected, string.Join("; ", Find(text, types).Select(entity => $"{entity.Type}:{entity.Text}={Raw(entity)}")));

    private static string Raw(ExtractedEntity entity) => entity.Value.ToString() is var value && entity.Value.ValueKind is System.Text.Json.JsonValueKind.String ? $"\"{value}\"" : entity.Value.GetRawText().Replace("\\u00B2", "²", StringComparison.Ordinal);

    private static IReadOnlyList<ExtractedEntity> Find(string text, params string[] types) => Engine.Extract(
        new EntityExtractionRequest { Text = text, Parameters = new EntityExtractionParameters { EntityTypes = types, ReferenceTime = Now } }, [], CancellationToken.None).Entities;
}
