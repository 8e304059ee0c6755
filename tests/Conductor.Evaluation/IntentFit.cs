using Conductor.Operations;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Intents;

namespace Conductor.Evaluation;

/// <summary>Fits the constants of <see cref="IntentCalibration"/> anew, on train rows alone, and says what they were worth.</summary>
internal static class IntentFit
{
    private const int Seed = 20261120;
    private const int RowsPerIntent = 12;
    private const double OutOfScopeShare = 0.05;

    /// <summary>One list of intents and the texts held against it.</summary>
    private sealed record Trial(string Set, int Examples, List<(double[] Likenesses, int Right)> InScope, List<double[]> OutOfScope);

    public static void Print(EvaluationData data, bool isQuick)
    {
        var trials = Trials(data, isQuick);
        double[] constants = [.. IntentCalibration.Constants];
        Console.WriteLine($"intent fit: {trials.Count} lists, loss with the constants in force {Loss(trials, constants):F4}");
        constants = Descend(trials, constants);
        Console.WriteLine($"intent fit: loss {Loss(trials, constants):F4} with Constants = [{string.Join(", ", constants.Select(value => value.ToString("F2")))}]");
    }

    private static List<Trial> Trials(EvaluationData data, bool isQuick)
    {
        using var encoder = new MiniLmEncoder(MiniLmEncoder.ShippedModel, KernelKinds.Best, new EncoderSlots(EncoderSlots.Default));
        Dictionary<string, EncodedText> known = new(StringComparer.Ordinal);
        EncodedText Encode(string text) => known.TryGetValue(text, out var found) ? found : known[text] = encoder.EncodeAsync([text], CancellationToken.None).GetAwaiter().GetResult()[0];

        var random = new Random(Seed);
        var support = data.ReadLines("support_10shot.jsonl").Select(Row).ToList();
        var rows = Shuffle(data.ReadLines("train.jsonl").Select(Row).Except(support), random).ToLookup(row => (row.Set, row.Label), row => row.Text);
        List<Trial> trials = [];
        foreach (var set in data.Read("labels.json").EnumerateObject())
        {
            string[] labels = [.. set.Value.EnumerateArray().Select(label => label.GetString()!)];
            foreach (var count in ((int[])[3, 10, 30, 77, 150]).Where(count => count <= labels.Length && (!isQuick || count < 30)))
            {
                foreach (var shots in (int[])[0, 1, 3, 5, 10])
                {
                    string[] chosen = [.. Shuffle(labels, random).Take(count)];
                    IntentPrototype[] prototypes =
                    [
                        .. chosen.Select(label => new PossibleIntent
                        {
                            Name = label,
                            Examples = [.. Shuffle(support.Where(row => row.Set == set.Name && row.Label == label), random).Take(shots).Select(row => row.Text)],
                        }).Select(intent => IntentPrototype.Create(intent, [.. IntentPrototype.TextsOf(intent).Select(Encode)])),
                    ];
                    double[] Likenesses(string text) => [.. prototypes.Select(prototype => prototype.Likeness(Encode(text).Vector))];
                    trials.Add(new Trial(
                        set.Name,
                        shots,
                        [.. chosen.SelectMany((label, index) => rows[(set.Name, label)].Take(RowsPerIntent).Select(text => (Likenesses(text), index)))],
                        [.. rows[(set.Name, "oos")].Select(Likenesses)]));
                }
            }
        }

        return trials;

        static (string Set, string Label, string Text) Row(System.Text.Json.JsonElement row) =>
            (row.GetProperty("set").GetString()!, row.GetProperty("label").GetString()!, row.GetProperty("text").GetString()!);
    }

    // Log loss of the right intent; for a text of none, of the probability that is left for none. Every list weighs the same.
    private static double Loss(List<Trial> trials, double[] constants) => trials.AsParallel().Average(trial =>
    {
        var inScope = trial.InScope.Average(row => -Math.Log(Math.Max(1e-12, IntentCalibration.Probabilities(row.Likenesses, trial.Examples, constants)[row.Right])));
        var outOfScope = trial.OutOfScope.Count == 0 ? 0
            : trial.OutOfScope.Average(row => -Math.Log(Math.Max(1e-12, 1 - IntentCalibration.Probabilities(row, trial.Examples, constants).Sum())));
        return inScope + (OutOfScopeShare * outOfScope);
    });

    // One constant at a time, by steps that halve when none helps: the loss is smooth and has one valley.
    private static double[] Descend(List<Trial> trials, double[] constants)
    {
        double[] steps = [.. constants.Select(value => Math.Max(0.2, Math.Abs(value) / 8))];
        var best = Loss(trials, constants);
        while (steps.Max() > 0.01)
        {
            var hasMoved = false;
            for (var index = 0; index < constants.Length; index++)
            {
                foreach (var step in (double[])[steps[index], -steps[index]])
                {
                    double[] tried = [.. constants];
                    tried[index] += step;
                    if (Loss(trials, tried) is var loss && loss < best)
                    {
                        (best, constants, hasMoved) = (loss, tried, true);
                    }
                }
            }

            steps = hasMoved ? steps : [.. steps.Select(step => step / 2)];
        }

        return constants;
    }

    private static T[] Shuffle<T>(IEnumerable<T> items, Random random)
    {
        T[] shuffled = [.. items];
        random.Shuffle(shuffled);
        return shuffled;
    }
}
