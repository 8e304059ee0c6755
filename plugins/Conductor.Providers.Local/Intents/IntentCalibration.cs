namespace Conductor.Providers.Local.Intents;

/// <summary>Turns likenesses into probabilities: a softmax over the intents, times the probability that it is any of them at all.</summary>
/// <remarks>
/// Fitted by log loss on rows of the train splits of SNIPS, Banking77 and CLINC150 that are no support examples: intent lists of 3 to 150 names with 0 to 10
/// examples each, and CLINC150's out-of-scope rows at one in twenty. More examples and more intents make the same difference in likeness mean more.
/// `tests/Conductor.Evaluation --only intent-fit` fits anew: do so after any change to <see cref="IntentPrototype"/> or the encoder.
/// </remarks>
internal static class IntentCalibration
{
    // Sharpness of the softmax, what it gains by ln(1 + examples of an intent) and by ln(intents); then how near the best has to be to be any of them:
    // weight of its likeness, what is taken off, and what more by ln(1 + examples), since with examples even a text of no intent finds one that is alike.
    internal static readonly double[] Constants = [17.82, 3.37, 0.47, 20.84, 2.32, 1.03];

    /// <summary>Probabilities of the intents; what is missing from 1 is the probability of none.</summary>
    /// <param name="likenesses">Cosines of text and intents; at least one.</param>
    /// <param name="examples">Examples of an intent, on average.</param>
    public static double[] Probabilities(ReadOnlySpan<double> likenesses, double examples) => Probabilities(likenesses, examples, Constants);

    internal static double[] Probabilities(ReadOnlySpan<double> likenesses, double examples, double[] constants)
    {
        var best = double.NegativeInfinity;
        foreach (var likeness in likenesses)
        {
            best = Math.Max(best, likeness);
        }

        var known = Math.Log(1 + examples);
        var scale = constants[0] + (constants[1] * known) + (constants[2] * Math.Log(likenesses.Length));
        var probabilities = new double[likenesses.Length];
        var sum = 0.0;
        for (var index = 0; index < probabilities.Length; index++)
        {
            probabilities[index] = Math.Exp(scale * (likenesses[index] - best));
            sum += probabilities[index];
        }

        var isAny = 1 / (1 + Math.Exp(constants[4] + (constants[5] * known) - (constants[3] * best)));
        for (var index = 0; index < probabilities.Length; index++)
        {
            probabilities[index] *= isAny / sum;
        }

        return probabilities;
    }
}
