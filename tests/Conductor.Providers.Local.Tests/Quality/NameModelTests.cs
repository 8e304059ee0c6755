using System.Globalization;
using System.Text.Json;
using Conductor.Providers.Local.Entities;
using Xunit.Abstractions;

namespace Conductor.Providers.Local.Tests.Quality;

/// <summary>Fits the weights of `Gazetteers/name-weights.tsv` anew on the training split, and says how well the confidences hold on rows that the fit did not see.</summary>
public class NameModelTests(ITestOutputHelper output)
{
    private const int Folds = 5;
    private const int RarestFeature = 4;

    [SkippableFact]
    public void Names_FittedOnTheTrainingSplit_ConfidencesHoldOnUnseenRows()
    {
        var recognizer = new NameRecognizer(Gazetteer.Load(), new NameModel([]));
        var spans = EvaluationData.Read("ner", "train").SelectMany((row, index) => Spans(recognizer, row, index % Folds)).ToList();

        var gold = EvaluationData.Read("ner", "train").Sum(row => row.GetProperty("entities").EnumerateArray().Count(entity => NameModel.Classes.Contains(entity.GetProperty("type").GetString()!.ToLowerInvariant())));
        var called = spans.Where(span => span.Features.Contains(NameFeatures.Organization)).ToList();
        output.WriteLine($"called organizations: {called.Count}, a name in the set {called.Count(span => span.Label >= 0)}, an organization {called.Count(span => span.Label == 2)}");
        var unseen = new List<(double Confidence, double Name, bool IsRight)>();
        for (var fold = 0; fold < Folds; fold++)
        {
            var model = Fit([.. spans.Where(span => span.Fold != fold)]);
            foreach (var span in spans.Where(span => span.Fold == fold))
            {
                var probabilities = model.Probabilities(span.Features);
                var best = Array.IndexOf(probabilities, probabilities.Max());
                unseen.Add((probabilities[best], probabilities.Sum(), best == span.Label));
            }
        }

        foreach (var threshold in (double[])[0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55])
        {
            var (right, named) = (unseen.Count(answer => answer.Name >= threshold && answer.IsRight), unseen.Count(answer => answer.Name >= threshold));
            output.WriteLine($"name if above {threshold:F2}: precision={(double)right / named:F3} recall={(double)right / gold:F3} f1={2.0 * right / (named + gold):F3}");
        }

        unseen.RemoveAll(answer => answer.Name < NameRecognizer.LeastName);
        var error = unseen.GroupBy(answer => Math.Min(9, (int)(answer.Confidence * 10)))
            .Sum(bin => Math.Abs(bin.Average(answer => answer.IsRight ? 1.0 : 0) - bin.Average(answer => answer.Confidence)) * bin.Count() / unseen.Count);
        output.WriteLine($"spans={spans.Count} named={unseen.Count} precision={unseen.Average(answer => answer.IsRight ? 1.0 : 0):F3} ece={error:F3}");
        EvaluationData.Write("name-weights", Lines(spans));
        Assert.True(error < 0.05, $"The calibration error on unseen rows is {error:F3}.");
    }

    private static IEnumerable<string> Lines(List<(int Fold, List<string> Features, int Label)> spans)
    {
        var weights = new Dictionary<string, double[]>();
        Fit(spans, weights);
        return weights.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key + "\t" + string.Join('\t', entry.Value.Select(weight => weight.ToString("0.###", CultureInfo.InvariantCulture))));
    }

    // A candidate is what the set says of exactly its words; anything else, and types that are not ours, is none.
    private static IEnumerable<(int Fold, List<string> Features, int Label)> Spans(NameRecognizer recognizer, JsonElement row, int fold)
    {
        var text = row.GetProperty("text").GetString()!;
        var gold = new Dictionary<(int, int), int>();
        foreach (var entity in row.GetProperty("entities").EnumerateArray())
        {
            var start = EntityQualityTests.CodeUnits(text, entity.GetProperty("start").GetInt32());
            var end = EntityQualityTests.CodeUnits(text, entity.GetProperty("end").GetInt32());
            gold[(start, end)] = Array.IndexOf(NameModel.Classes, entity.GetProperty("type").GetString()!.ToLowerInvariant());
        }

        return recognizer.Measure(EntityText.Read(text)).Select(span => (fold, span.Features, gold.GetValueOrDefault((span.Start, span.End), -1)));
    }

    private static NameModel Fit(List<(int Fold, List<string> Features, int Label)> spans)
    {
        var weights = new Dictionary<string, double[]>(StringComparer.Ordinal);
        return Fit(spans, weights);
    }

    // Multinomial logistic regression: gradient steps over all rows, each feature's step shrinking with what it has moved (AdaGrad), and a light pull to zero.
    private static NameModel Fit(List<(int Fold, List<string> Features, int Label)> spans, Dictionary<string, double[]> weights)
    {
        const int Rounds = 60;
        const double Step = 0.3;
        const double Pull = 0.5;
        foreach (var feature in spans.SelectMany(span => span.Features).GroupBy(feature => feature).Where(group => group.Count() >= RarestFeature))
        {
            weights[feature.Key] = new double[NameModel.Classes.Length];
        }

        var model = new NameModel(weights);
        var moved = weights.ToDictionary(entry => entry.Key, entry => new double[entry.Value.Length]);
        for (var round = 0; round < Rounds; round++)
        {
            var gradient = weights.ToDictionary(entry => entry.Key, entry => entry.Value.Select(weight => -Pull * weight).ToArray());
            foreach (var span in spans)
            {
                var probabilities = model.Probabilities(span.Features);
                foreach (var feature in span.Features)
                {
                    if (gradient.TryGetValue(feature, out var slope))
                    {
                        for (var index = 0; index < slope.Length; index++)
                        {
                            slope[index] += (span.Label == index ? 1 : 0) - probabilities[index];
                        }
                    }
                }
            }

            foreach (var (feature, slope) in gradient)
            {
                for (var index = 0; index < slope.Length; index++)
                {
                    moved[feature][index] += slope[index] * slope[index];
                    weights[feature][index] += Step * slope[index] / (Math.Sqrt(moved[feature][index]) + 1e-9);
                }
            }
        }

        return model;
    }
}
