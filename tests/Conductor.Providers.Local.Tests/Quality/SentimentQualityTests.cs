using System.Text.Json;
using Conductor.Providers.Local.Sentiment;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

public class SentimentQualityTests(ITestOutputHelper output)
{
    // On the same rows VADER reaches 0.57, 0.91, 0.59, 0.51. Each floor lies about one standard error below what docs/operations.md reports.
    private static readonly Dictionary<string, double> Floors = new()
    {
        ["sst2"] = 0.73, ["vader-tweets"] = 0.88, ["vader-amazon"] = 0.68, ["vader-nyt"] = 0.55,
    };

    [SkippableFact]
    public void Sentiment_DevelopmentSets_AboveTheFloors()
    {
        var rows = EvaluationData.Read("sentiment", "dev");
        var engine = new SentimentEngine();

        var judged = rows.ConvertAll(row => (
            Text: row.GetProperty("text").GetString()!, Id: row.GetProperty("id").GetString()!, Set: row.GetProperty("set").GetString()!, Gold: row.GetProperty("label").GetString()!,
            Result: engine.Analyze(row.GetProperty("text").GetString()!)));

        EvaluationData.Write("sentiment", judged.Select(row => JsonSerializer.Serialize(new
        {
            id = row.Id, prediction = row.Result.Sentiment, score = row.Result.Scores.Positive - row.Result.Scores.Negative,
            confidence = row.Result.Confidence, words = engine.Explain(row.Text).Where(word => word.Valence != 0).Select(word => $"{word.Word}:{word.Valence:F1}"), scores = row.Result.Scores,
        })));
        foreach (var set in judged.GroupBy(row => row.Set))
        {
            var isTwoClass = set.All(row => row.Gold != "neutral");
            var accuracy = set.Average(row => Label(row.Result, isTwoClass) == row.Gold ? 1.0 : 0);
            output.WriteLine($"{set.Key,-14} n={set.Count(),-5} accuracy={accuracy:F3} ece={CalibrationError(set.Select(row => Judge(row.Result, row.Gold, isTwoClass))):F3}");
            Assert.True(!Floors.TryGetValue(set.Key, out var floor) || accuracy >= floor, $"{set.Key}: {accuracy:F3} is below {floor}.");
        }

        var threeClass = judged.Where(row => row.Set.StartsWith("vader-", StringComparison.Ordinal)).Select(row => Judge(row.Result, row.Gold, isTwoClass: false));
        output.WriteLine($"three-class sets together: ece={CalibrationError(threeClass):F3}");
    }

    // A set of two classes asks for the better of the two.
    private static string Label(Operations.SentimentResult result, bool isTwoClass) =>
        !isTwoClass ? result.Sentiment : result.Scores.Positive >= result.Scores.Negative ? "positive" : "negative";

    private static (double Confidence, bool IsRight) Judge(Operations.SentimentResult result, string gold, bool isTwoClass)
    {
        var label = Label(result, isTwoClass);
        var sure = Math.Max(result.Scores.Positive, result.Scores.Negative);
        return (isTwoClass ? sure / (result.Scores.Positive + result.Scores.Negative) : result.Confidence, label == gold);
    }

    // Expected calibration error over ten bins of equal width.
    private static double CalibrationError(IEnumerable<(double Confidence, bool IsRight)> answers)
    {
        var all = answers.ToList();
        return all.GroupBy(answer => Math.Min(9, (int)(answer.Confidence * 10)))
            .Sum(bin => Math.Abs(bin.Average(answer => answer.IsRight ? 1.0 : 0) - bin.Average(answer => answer.Confidence)) * bin.Count() / all.Count);
    }
}
