namespace Conductor.Providers.Local.Sentiment;

/// <summary>What the rules measured in a text.</summary>
/// <param name="Compound">All feeling in the text, −1 to 1.</param>
/// <param name="Mixture">How much the sides contradict each other: 0 for one side only, towards 1 for two strong ones in balance.</param>
/// <param name="Words">Words that were looked at.</param>
/// <param name="Hits">Words and phrases that carry feeling.</param>
internal readonly record struct SentimentFeatures(double Compound, double Mixture, int Words, int Hits);
