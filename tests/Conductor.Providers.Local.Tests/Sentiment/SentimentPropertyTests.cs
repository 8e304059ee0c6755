using System.Diagnostics;
using Conductor.Providers.Local.Sentiment;
using Conductor.Providers.Local.Tests.Text;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Sentiment;

public class SentimentPropertyTests(ITestOutputHelper output)
{
    private static readonly SentimentEngine Engine = new();

    [Fact]
    public void Analyze_AnyText_ProbabilitiesSumToOneAndRepeat()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var text = RandomText.Create(seed, 1 + (seed % 60));

            var result = Engine.Analyze(text);

            var scores = result.Scores;
            Assert.Equal(1, scores.Positive + scores.Negative + scores.Neutral, precision: 9);
            Assert.All([scores.Positive, scores.Negative, scores.Neutral], score => Assert.InRange(score, 0, 1));
            Assert.Equal(Math.Max(scores.Positive, Math.Max(scores.Negative, scores.Neutral)), result.Confidence);
            Assert.Equal(result, new SentimentEngineTwin().Analyze(text));
        }
    }

    [Theory]
    [InlineData("not good, but great! ")]
    [InlineData("a")]
    [InlineData(":)")]
    [InlineData("!")]
    [InlineData("a-")]
    [InlineData("no ")]
    [InlineData("but ")]
    [InlineData("but good ")]
    [InlineData("but good but bad ")]
    public void Analyze_LongestText_EndsSoon(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 32_000 / piece.Length));
        Assert.InRange(Engine.Analyze(text).Confidence, 1 / 3.0, 1);
        var clock = Stopwatch.StartNew();

        Engine.Analyze(text);

        output.WriteLine($"'{piece}' x {32_000 / piece.Length}: {clock.Elapsed.TotalMilliseconds:F1} ms");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}."); // far above the usual: a bound for quadratic work only
    }

    // A second engine with a lexicon of its own: equal answers mean that nothing is kept between calls.
    private sealed class SentimentEngineTwin
    {
        private static readonly SentimentEngine Second = new();

        public Conductor.Operations.SentimentResult Analyze(string text) => Second.Analyze(text);
    }
}
