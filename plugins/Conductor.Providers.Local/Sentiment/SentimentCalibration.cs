using Conductor.Operations;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>Turns measurements into probabilities: a logistic model with three classes, neutral as the one the others are compared with.</summary>
internal static class SentimentCalibration
{
    // In a chat plain words mean less and feeling is shown more openly: the same measurements, read once more for it.
    internal static double[] Inputs(SentimentFeatures features)
    {
        var chat = features.IsChat ? 1 : 0;
        var (compound, firm) = (features.Compound, features.Firm);
        return
        [
            1, compound, Math.Abs(compound), firm, Math.Abs(firm), features.Mixture, features.Hits == 0 ? 1 : 0,
            Math.Log(1 + Math.Min(LongestText, features.Words)) / Math.Log(1 + LongestText),
            chat, chat * compound, chat * Math.Abs(compound), chat * firm, chat * Math.Abs(firm),
        ];
    }

    // The texts of the fit have no more words than this; beyond it the logarithm would only extrapolate.
    private const int LongestText = 60;

    private static readonly double[] Positive = [0.774, 1.246, 1.591, 0.246, 0.149, 0.875, -0.598, -0.811, -0.292, 1.347, -0.016, 1.43, -0.019];
    private static readonly double[] Negative = [-0.207, -2.31, 0.912, 0.538, 1.052, 1.273, -0.34, 0.937, -0.993, -1.437, 0.729, -1.23, 0.982];

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
