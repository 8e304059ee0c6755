using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Providers.Local.Entities;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Entities;

public class EntityPropertyTests(ITestOutputHelper output)
{
    private static readonly EntityEngine Engine = new(TimeProvider.System);

    private static readonly string[] Pieces =
    [
        " ", " ", "\n", ", ", ". ", "-", "/", ":", "'", "(", ")", "@", "#", "$", "€", "%", "°", "+", "the ", "of ", "and ", "to ", "from ", "between ", "in ", "at ", "next ", "last ", "this ", "every ", "before ", "half ", "past ",
        "1", "5", "12", "30", "2019", "1990s", "3pm", "10:30", "1/5", "twenty ", "hundred ", "million ", "first ", "5th ", "May ", "March ", "Friday ", "tomorrow ", "week ", "weeks ", "days ", "hours ", "ago ", "old ", "km ", "dollars ", "percent ",
        "Ann ", "Paris ", "Dr. ", "Inc. ", "University ", "U.S. ", "O'Brien ", "a@b.com", "http://x.org/y", "www.z.net", "192.168.0.1", "::1", "06e82887-9afc-4064-abad-f6fb60b8a1f3", "+49 176 123 4567", "#tag ", "@name ",
        "猫", "привет ", "😀", "👩‍👩‍👧", "\u0301", "\u00a0", "\u202f", "½", "İ", "ß", "\u200b", "９", "٣",
    ];

    [Fact]
    public void Extract_AnyText_EveryPlaceHoldsItsWordsAndNothingOverlaps()
    {
        var second = new EntityEngine(TimeProvider.System);
        var found = 0;
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var text = RandomText(random);
            var request = new EntityExtractionRequest { Text = text, Parameters = new EntityExtractionParameters { ReferenceTime = RandomTime(random) } };

            var result = Engine.Extract(request, [], CancellationToken.None);

            var end = 0;
            foreach (var entity in result.Entities)
            {
                Assert.Equal(text.Substring(entity.StartIndex, entity.EndIndex - entity.StartIndex), entity.Text);
                Assert.True(entity.StartIndex >= end && entity.EndIndex > entity.StartIndex, "Entities overlap or stand in disorder.");
                Assert.InRange(entity.Confidence, 0.01, 1);
                Assert.False(char.IsLowSurrogate(text[entity.StartIndex]) || char.IsHighSurrogate(text[entity.EndIndex - 1]));
                Assert.Contains(entity.Type, EntityTypes.All);
                AssertOrder(entity);
                end = entity.EndIndex;
                found++;
            }

            Assert.Equal(Write(result), Write(second.Extract(request, [], CancellationToken.None)));
        }

        Assert.True(found > 5_000, $"Only {found} entities were found: the test looks at next to nothing.");
    }

    // ISO 8601 of one kind sorts as text does.
    private static void AssertOrder(ExtractedEntity entity)
    {
        if (entity.Type is "date_range" or "datetime_range" && entity.Value.ValueKind is JsonValueKind.Object
            && entity.Value.GetProperty("start").GetString() is { } start && entity.Value.GetProperty("end").GetString() is { } end)
        {
            Assert.True(string.CompareOrdinal(start, end) <= 0, $"'{entity.Text}' ends before it begins: {entity.Value}");
        }
    }

    [Fact]
    public void Extract_TypesAskedFor_AreAllThatIsFound()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var types = EntityTypes.All.Where(_ => random.Next(4) == 0).Append("number").Distinct().ToList();
            var request = new EntityExtractionRequest { Text = RandomText(random), Parameters = new EntityExtractionParameters { EntityTypes = types } };

            Assert.All(Engine.Extract(request, [], CancellationToken.None).Entities, entity => Assert.Contains(entity.Type, types));
        }
    }

    [Theory]
    [InlineData("@")]
    [InlineData("1")]
    [InlineData("a.")]
    [InlineData("(")]
    [InlineData("+")]
    [InlineData("a@")]
    [InlineData("a@b.")]
    [InlineData("a-b.c")]
    [InlineData("http://")]
    [InlineData("http://a.b")]
    [InlineData("://")]
    [InlineData("1.")]
    [InlineData("1,")]
    [InlineData("1 ")]
    [InlineData("1:")]
    [InlineData("1/")]
    [InlineData("1-")]
    [InlineData("f:")]
    [InlineData("f")]
    [InlineData("A ")]
    [InlineData("Ann ")]
    [InlineData("A.")]
    [InlineData("Of the ")]
    [InlineData("$1 ")]
    [InlineData("#a")]
    [InlineData("May ")]
    [InlineData("next ")]
    [InlineData("from 1 to ")]
    [InlineData("between May and ")]
    [InlineData("one hundred ")]
    [InlineData("dozen dozen ")]
    [InlineData("twenty-")]
    [InlineData("first of the week of the 1st of ")]
    [InlineData("the end of the end of ")]
    [InlineData("2 days after ")]
    [InlineData("1 year and ")]
    [InlineData("every other ")]
    [InlineData("'")]
    [InlineData("😀")]
    [InlineData("\u0301")]
    [InlineData("猫")]
    public void Extract_LongestText_EndsSoon(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 32_000 / piece.Length));
        Engine.Extract(new EntityExtractionRequest { Text = text[..64] }, [], CancellationToken.None);
        var clock = Stopwatch.StartNew();

        var result = Engine.Extract(new EntityExtractionRequest { Text = text }, [], CancellationToken.None);

        output.WriteLine($"'{piece}' x {32_000 / piece.Length}: {clock.Elapsed.TotalMilliseconds:F1} ms, {result.Entities.Count} entities");
        Assert.All(result.Entities, entity => Assert.Equal(text[entity.StartIndex..entity.EndIndex], entity.Text));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed}."); // far above the usual: a bound for quadratic work only
    }

    private static string Write(EntityExtractionResult result) =>
        string.Join('\n', result.Entities.Select(entity => $"{entity.Type} {entity.StartIndex} {entity.EndIndex} {entity.Value.GetRawText()} {entity.Confidence}"));

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var count = random.Next(1, 40); count > 0; count--)
        {
            text.Append(random.Next(12) switch
            {
                0 => new Rune(random.Next(0xE000, 0x10FFFF)).ToString(),
                1 => ((char)random.Next(0x80)).ToString(),
                _ => Pieces[random.Next(Pieces.Length)],
            });
        }

        return text.ToString();
    }

    // The calendar's ends included: what cannot be computed is not computed.
    private static DateTimeOffset RandomTime(Random random) => random.Next(4) switch
    {
        0 => DateTimeOffset.MinValue,
        1 => DateTimeOffset.MaxValue,
        _ => DateTimeOffset.UnixEpoch.AddSeconds(random.Next()),
    };
}
