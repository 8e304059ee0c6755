using System.Globalization;
using Conductor.Providers.Local.Sentiment;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

/// <summary>Fits the coefficients of <see cref="SentimentCalibration"/> anew and says how good they are on rows that the fit did not see.</summary>
public class SentimentCalibrationTests(ITestOutputHelper output)
{
    private const int Folds = 5;
    private static readonly string[] Labels = ["positive", "negative", "neutral"];

    [SkippableFact]
    public void Calibration_FittedOnPublicSets_HoldsOnUnseenRows()
    {
        var engine = new SentimentEngine();
        var rows = EvaluationData.Read("sentiment", "dev")
            .Where(row => row.GetProperty("set").GetString()!.StartsWith("vader-", StringComparison.Ordinal))
            .Select(row => (
                Set: row.GetProperty("set").GetString()!,
                Inputs: SentimentCalibration.Inputs(engine.Measure(row.GetProperty("text").GetString()!)),
                Label: Array.IndexOf(Labels, row.GetProperty("label").GetString()!)))
            .ToList();

        var unseen = new List<(string Set, double Confidence, bool IsRight)>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var (positive, negative) = Fit(rows.Where((_, index) => index % Folds != fold).Select(row => (row.Inputs, row.Label)).ToList());
            foreach (var row in rows.Where((_, index) => index % Folds == fold))
            {
                var scores = SentimentCalibration.Probabilities(row.Inputs, positive, negative);
                double[] all = [scores.Positive, scores.Negative, scores.Neutral];
                unseen.Add((row.Set, all.Max(), Array.IndexOf(all, all.Max()) == row.Label));
            }
        }

        foreach (var set in unseen.GroupBy(answer => answer.Set))
        {
            output.WriteLine($"unseen {set.Key,-14} accuracy={set.Average(answer => answer.IsRight ? 1.0 : 0):F3} ece={CalibrationError(set):F3}");
        }

        var error = CalibrationError(unseen);
        output.WriteLine($"unseen together accuracy={unseen.Average(answer => answer.IsRight ? 1.0 : 0):F3} ece={error:F3}");
        var fitted = Fit(rows.ConvertAll(row => (row.Inputs, row.Label)));
        output.WriteLine($"coef Positive = [{Write(fitted.Positive)}];");
        output.WriteLine($"coef Negative = [{Write(fitted.Negative)}];");
        Assert.True(error < 0.05, $"The calibration error on unseen rows is {error:F3}.");
    }

    private static string Write(double[] values) => string.Join(", ", values.Select(value => value.ToString("0.###", CultureInfo.InvariantCulture)));

    private static double CalibrationError(IEnumerable<(string Set, double Confidence, bool IsRight)> answers)
    {
        var all = answers.ToList();
        return all.GroupBy(answer => Math.Min(9, (int)(answer.Confidence * 10)))
            .Sum(bin => Math.Abs(bin.Average(answer => answer.IsRight ? 1.0 : 0) - bin.Average(answer => answer.Confidence)) * bin.Count() / all.Count);
    }

    // Multinomial logistic regression by gradient descent with momentum; a light pull to zero keeps rare inputs quiet.
    private static (double[] Positive, double[] Negative) Fit(List<(double[] Inputs, int Label)> rows)
    {
        const int Rounds = 1_500;
        const double Step = 0.2;
        const double Momentum = 0.95;
        const double Pull = 0.0005;
        var positive = new double[rows[0].Inputs.Length];
        var negative = new double[positive.Length];
        var speedUp = new double[positive.Length];
        var speedDown = new double[positive.Length];
        for (var round = 0; round < Rounds; round++)
        {
            var up = new double[positive.Length];
            var down = new double[positive.Length];
            foreach (var (inputs, label) in rows)
            {
                var scores = SentimentCalibration.Probabilities(inputs, positive, negative);
                for (var index = 0; index < inputs.Length; index++)
                {
                    up[index] += ((label == 0 ? 1 : 0) - scores.Positive) * inputs[index];
                    down[index] += ((label == 1 ? 1 : 0) - scores.Negative) * inputs[index];
                }
            }

            for (var index = 0; index < positive.Length; index++)
            {
                speedUp[index] = (Momentum * speedUp[index]) + (Step * ((up[index] / rows.Count) - (Pull * positive[index])));
                positive[index] += speedUp[index];
                speedDown[index] = (Momentum * speedDown[index]) + (Step * ((down[index] / rows.Count) - (Pull * negative[index])));
                negative[index] += speedDown[index];
            }
        }

        return (positive, negative);
    }
}
