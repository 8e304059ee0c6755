namespace Conductor.Providers.Local.Intents;

/// <summary>Turns likenesses into probabilities: a softmax over the intents, times the probability that it is any of them at all.</summary>
/// <remarks>
/// Fitted by log loss on rows of the train splits of SNIPS, Banking77 and CLINC150 that are no support examples: intent lists of 3 to 150 names with 0 to 10
/// examples each, and CLINC150's out-of-scope rows at one in twenty. More examples and more intents make the same difference in likeness mean more.
/// </remarks>
internal static class IntentCalibration
{
    private const double Scale = 15.13;
    private const double ScalePerExample = 4.0; // times ln(1 + examples of an intent)
    private const double ScalePerIntent = 0.95; // times ln(intents)

    private const double Nearness = 18.52;
    private const double Distance = 1.93;
    private const double DistancePerExample = 0.87; // with examples even a text of no intent finds one that is alike

    /// <summary>Probabilities of the intents; what is missing from 1 is the probability of none.</summary>
    /// <param name="likenesses">Cosines of text and intents; at least one.</param>
    /// <param name="examples">Examples of an intent, on average.</param>
    public static double[] Probabilities(ReadOnlySpan<double> likenesses, double examples)
    {
        var best = double.NegativeInfinity;
        foreach (var likeness in likenesses)
        {
            best = Math.Max(best, likeness);
        }

        var known = Math.Log(1 + examples);
        var scale = Scale + (ScalePerExample * known) + (ScalePerIntent * Math.Log(likenesses.Length));
        var probabilities = new double[likenesses.Length];
        var sum = 0.0;
        for (var index = 0; index < probabilities.Length; index++)
        {
            probabilities[index] = Math.Exp(scale * (likenesses[index] - best));
            sum += probabilities[index];
        }

        var isAny = 1 / (1 + Math.Exp(Distance + (DistancePerExample * known) - (Nearness * best)));
        for (var index = 0; index < probabilities.Length; index++)
        {
            probabilities[index] *= isAny / sum;
        }

        return probabilities;
    }
}
