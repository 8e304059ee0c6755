using Conductor.Operations;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>Turns measurements into probabilities: a logistic model with three classes, neutral as the one the others are compared with.</summary>
internal static class SentimentCalibration
{
    // 1, compound, |compound|, mixture, whether nothing was found.
    internal static double[] Inputs(SentimentFeatures features) =>
        [1, features.Compound, Math.Abs(features.Compound), features.Mixture, features.Hits == 0 ? 1 : 0];

    private static readonly double[] Positive = [0, 5, 2, 0, 0];
    private static readonly double[] Negative = [0, -5, 2, 0, 0];

    public static SentimentScores Probabilities(SentimentFeatures features) => Probabilities(Inputs(features), Positive, Negative);

    internal static SentimentScores Probabilities(double[] inputs, double[] positive, double[] negative)
    {
        var (up, down) = (0.0, 0.0);
        for (var index = 0; index < inputs.Length; index++)
        {
            up += inputs[index] * positive[index];
            down += inputs[index] * negative[index];
        }

        var largest = Math.Max(0, Math.Max(up, down));
        var (p, n, o) = (Math.Exp(up - largest), Math.Exp(down - largest), Math.Exp(-largest));
        var sum = p + n + o;
        return new SentimentScores(p / sum, n / sum, o / sum);
    }
}
