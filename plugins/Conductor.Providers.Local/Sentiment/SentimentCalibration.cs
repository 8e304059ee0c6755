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

    // Hardly a text of the fit has more words than this; beyond it the logarithm would only extrapolate.
    private const int LongestText = 60;

    // Fitted on the 1,411 development rows of the three-class sets that come with VADER (tweets, product reviews, editorials, film reviews; labels MIT)
    // by SentimentCalibrationTests, which prints both lines anew when CONDUCTOR_EVAL_DATA is set: refit after any change to lexicons or rules.
    private static readonly double[] Positive = [0.772, 1.24, 1.598, 0.252, 0.15, 0.872, -0.601, -0.811, -0.245, 1.311, -0.104, 1.487, -0.063];
    private static readonly double[] Negative = [-0.207, -2.289, 0.924, 0.514, 1.058, 1.233, -0.333, 0.938, -1.132, -1.406, 0.898, -1.337, 1.084];

    // How the 117 of those rows in which nothing is found are labelled. Length alone would tip the scale one way or the other, on no evidence.
    private static readonly SentimentScores NothingFound = new(Positive: 32 / 117.0, Negative: 40 / 117.0, Neutral: 45 / 117.0);

    public static SentimentScores Probabilities(SentimentFeatures features) =>
        features.Hits == 0 ? NothingFound : Probabilities(Inputs(features), Positive, Negative);

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
