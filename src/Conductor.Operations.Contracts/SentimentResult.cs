namespace Conductor.Operations;

/// <summary>How a text feels about what it speaks of.</summary>
public sealed record SentimentResult
{
    /// <summary>`positive`, `negative` or `neutral`: the one with the highest score.</summary>
    public required string Sentiment { get; init; }

    /// <summary>Probability that <see cref="Sentiment"/> is right, 0 to 1; equal to its score.</summary>
    public required double Confidence { get; init; }

    /// <summary>The probability of each of the three; together 1.</summary>
    public required SentimentScores Scores { get; init; }
}

/// <summary>Probabilities of the three sentiments; together 1.</summary>
/// <param name="Positive">0 to 1.</param>
/// <param name="Negative">0 to 1.</param>
/// <param name="Neutral">0 to 1.</param>
public sealed record SentimentScores(double Positive, double Negative, double Neutral);
