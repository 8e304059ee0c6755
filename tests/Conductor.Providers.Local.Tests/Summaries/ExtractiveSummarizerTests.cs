using System.Diagnostics;
using Conductor.Operations;
using Conductor.Providers.Local.Summaries;
using Conductor.Providers.Local.Tests.Text;
using Conductor.Providers.Local.Text;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Summaries;

public class ExtractiveSummarizerTests(ITestOutputHelper output)
{
    private const string Bridge =
        "The city council approved a new bridge over the river on Tuesday. The bridge will carry trams, bicycles and pedestrians. "
        + "Mayor Ana Ruiz said the old bridge could no longer carry the traffic of the city. It was cold outside. "
        + "Work on the bridge begins in May and costs 40 million euros. Residents near the river fear noise while the bridge is built. "
        + "The council promised to work only by day. A cat slept through the meeting. Two members voted against the bridge. "
        + "The new bridge should open to trams in three years.";

    [Fact]
    public void Summarize_NoLimits_ChoosesAFifthInOrder()
    {
        var result = ExtractiveSummarizer.Summarize(Bridge, null);

        var chosen = SentenceSplitter.Split(result.Summary).Select(sentence => sentence.Text).ToList();
        Assert.Equal(2, chosen.Count);
        Assert.Equal(chosen.OrderBy(sentence => Bridge.IndexOf(sentence, StringComparison.Ordinal)), chosen);
        Assert.Contains("bridge", result.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("cat", result.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(50)]
    public void Summarize_MaxSentences_GivesThatManyOrAll(int maxSentences)
    {
        var result = ExtractiveSummarizer.Summarize(Bridge, new SummarizationParameters { MaxSentences = maxSentences });

        Assert.Equal(Math.Min(10, maxSentences), SentenceSplitter.Split(result.Summary).Count);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(2000)]
    public void Summarize_MaxWords_IsNeverExceeded(int maxWords)
    {
        foreach (var style in (string[])["paragraph", "bullets"])
        {
            var result = ExtractiveSummarizer.Summarize(Bridge, new SummarizationParameters { MaxWords = maxWords, Style = style });

            Assert.InRange(WordCounter.Count(result.Summary), 1, maxWords);
        }
    }

    [Fact]
    public void Summarize_FirstSentenceTooLong_IsCutAtAWord()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 40)) + ".";

        var result = ExtractiveSummarizer.Summarize(text, new SummarizationParameters { MaxWords = 10 });

        Assert.Equal(string.Join(' ', Enumerable.Repeat("word", 10)) + "…", result.Summary);
    }

    [Fact]
    public void Summarize_Bullets_OneLineAPoint()
    {
        var result = ExtractiveSummarizer.Summarize(Bridge, new SummarizationParameters { MaxSentences = 3, Style = "bullets" });

        Assert.All(result.Summary.Split('\n'), line => Assert.StartsWith("- ", line, StringComparison.Ordinal));
        Assert.Equal(3, result.Summary.Split('\n').Length);
    }

    [Theory]
    [InlineData("paragraph")]
    [InlineData("bullets")]
    public void Summarize_OneSentence_ReturnsIt(string style)
    {
        var result = ExtractiveSummarizer.Summarize("The bridge opens in May.", new SummarizationParameters { Style = style });

        Assert.Equal("The bridge opens in May.", result.Summary);
        Assert.Equal(1, result.CompressionRatio);
        Assert.Equal(["The bridge opens in May"], result.KeyPoints);
    }

    [Fact]
    public void Summarize_RepeatedSentence_IsSaidOnce()
    {
        var text = "The bank raised its rates on Monday. The bank raised its rates on Monday. Shares of the bank fell. Analysts expect more rates to rise.";

        var result = ExtractiveSummarizer.Summarize(text, new SummarizationParameters { MaxSentences = 2 });

        Assert.Single(SentenceSplitter.Split(result.Summary), sentence => sentence.Text == "The bank raised its rates on Monday.");
    }

    [Fact]
    public void Summarize_OnlyWhiteSpace_NamesTheField()
    {
        var mistake = Assert.Throws<OperationRequestException>(() => ExtractiveSummarizer.Summarize(" \n ", null));

        Assert.Equal("text", mistake.Field);
    }

    [Fact]
    public void Summarize_AnyText_NeverLongerAndAlwaysTheSame()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var text = "x" + RandomText.Create(seed, 1 + (seed % 90));
            var limits = new SummarizationParameters
            {
                MaxSentences = seed % 3 == 0 ? 1 + (seed % 7) : null,
                MaxWords = seed % 2 == 0 ? 10 + (seed % 30) : null,
                Style = seed % 5 == 0 ? "bullets" : null,
            };

            var result = ExtractiveSummarizer.Summarize(text, limits);

            Assert.InRange(result.Summary.Length, 1, text.Length);
            Assert.InRange(result.CompressionRatio, 0, 1);
            Assert.InRange(result.KeyPoints.Count, 0, 5);
            Assert.True(WordCounter.Count(result.Summary) <= (limits.MaxWords ?? int.MaxValue));
            Assert.Equal(result.Summary, ExtractiveSummarizer.Summarize(text, limits).Summary);
        }
    }

    [Theory]
    [InlineData("a. ")]
    [InlineData("word ")]
    [InlineData("a")]
    [InlineData("。")]
    [InlineData("\n")]
    [InlineData("The bank of the river raised rates again on day {0}. ")]
    public void Summarize_LongestText_EndsSoon(string piece)
    {
        var text = string.Concat(Enumerable.Range(0, 1 + (35_000 / piece.Length)).Select(index => string.Format(null, piece, index)))[..32_000];
        text = "x" + text[1..];
        var limits = new SummarizationParameters { MaxWords = 2_000 };
        ExtractiveSummarizer.Summarize(text, limits);
        var clock = Stopwatch.StartNew();

        ExtractiveSummarizer.Summarize(text, limits);

        output.WriteLine($"'{piece.ReplaceLineEndings("\\n")}': {clock.Elapsed.TotalMilliseconds:F1} ms");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}."); // far above the usual: a bound for quadratic work only
    }
}
