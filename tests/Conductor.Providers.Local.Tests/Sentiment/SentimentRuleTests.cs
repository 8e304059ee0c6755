using Conductor.Providers.Local.Sentiment;

namespace Conductor.Providers.Local.Tests.Sentiment;

public class SentimentRuleTests
{
    private static readonly SentimentEngine Engine = new();

    [Theory]
    [InlineData("I love this phone.", "positive")]
    [InlineData("This is the worst service I have ever had.", "negative")]
    [InlineData("What a tedious, predictable film.", "negative")]
    [InlineData("The battery is excellent and the screen is gorgeous.", "positive")]
    [InlineData("Thousands died when the dam collapsed.", "negative")]
    [InlineData("Save your money and stay away.", "negative")]
    public void Analyze_PlainText_FindsTheFeeling(string text, string expected)
    {
        var result = Engine.Analyze(text);

        Assert.Equal(expected, result.Sentiment);
    }

    [Theory]
    [InlineData("The food was very good.", "The food was good.")]
    [InlineData("The food was good.", "The food was somewhat good.")]
    [InlineData("The food was GOOD.", "The food was good.")]
    [InlineData("The food was good!!!", "The food was good.")]
    [InlineData("The food was good :)", "The food was good.")]
    [InlineData("The food was good 😀", "The food was good.")]
    [InlineData("The food was gooood.", "The food was good.")]
    [InlineData("The food was good.", "The food was not good.")]
    [InlineData("The food was not bad.", "The food was bad.")]
    [InlineData("The food was good.", "The food wasn't good.")]
    [InlineData("The food was good.", "The food was n't good.")]
    [InlineData("The food was good.", "The food wasn’t good.")]
    [InlineData("It was slow, but the food was great.", "The food was great, but it was slow.")]
    [InlineData("It is funny.", "It tries to be funny.")]
    [InlineData("There is humor in it.", "There is little humor in it.")]
    [InlineData("It would be a pity to miss it, it is great.", "It would have been great.")]
    [InlineData("It is not only good, it is great.", "It is not good, it is not great.")]
    [InlineData("I like it.", "It looks like it.")]
    public void Measure_OneRuleApart_FirstIsHigher(string higher, string lower)
    {
        var first = Engine.Measure(higher).Compound;
        var second = Engine.Measure(lower).Compound;

        Assert.True(first > second, $"{first} is not above {second}.");
    }

    [Fact]
    public void Measure_AllInCapitals_ShoutingMeansNothing()
    {
        Assert.Equal(Engine.Measure("the food was good").Compound, Engine.Measure("THE FOOD WAS GOOD").Compound);
    }

    [Theory]
    [InlineData("great", "great")]
    [InlineData("well-written book", "well-written")]
    [InlineData("an ill-fated, never-ending tale", "ending")]
    [InlineData("it falls flat", "falls")]
    public void Explain_WordsAndPhrases_AreFound(string text, string word)
    {
        var found = Engine.Explain(text);

        Assert.Contains(found, entry => entry.Word == word);
    }

    [Theory]
    [InlineData("see http://great.example/love?good=1")]
    [InlineData("@lovely_person")]
    [InlineData("items:(a) and 10:30")]
    public void Measure_LinksNamesAndPunctuation_CarryNoFeeling(string text)
    {
        Assert.Equal(0, Engine.Measure(text).Compound);
    }

    [Theory]
    [InlineData("tediously", -1)]
    [InlineData("plotless", -1)]
    [InlineData("painless", 1)]
    [InlineData("unconvinced", -1)]
    [InlineData("delightfulness", 1)]
    public void Measure_FormsThatNoListHas_TakeTheSignOfTheirStem(string word, int sign)
    {
        Assert.Equal(sign, Math.Sign(Engine.Measure($"It was {word}").Compound));
    }

    [Fact]
    public void Analyze_NothingKnown_IsUnsure()
    {
        var result = Engine.Analyze("The meeting is at three in room 12.");

        Assert.Equal("neutral", result.Sentiment);
        Assert.InRange(result.Confidence, 0.33, 0.7);
    }

    [Fact]
    public void Analyze_MoreFeeling_MoreConfidence()
    {
        Assert.True(Engine.Analyze("It is an absolutely wonderful, brilliant, lovely film!").Confidence > Engine.Analyze("It is a nice film.").Confidence);
    }

    [Theory]
    [InlineData("de", "neutral")]
    [InlineData("en", "negative")]
    [InlineData("en-GB", "negative")]
    [InlineData(null, "negative")]
    public void Analyze_AnotherLanguage_DoesNotMistakeItsWordsForEnglish(string? language, string expected)
    {
        Assert.Equal(expected, Engine.Analyze("Das Essen war leider kalt.", language).Sentiment);
    }

    [Fact]
    public void Analyze_AnotherLanguage_StillReadsSymbols()
    {
        Assert.Equal("positive", Engine.Analyze("Das Essen war lecker 😀 :)", "de").Sentiment);
    }
}
