namespace Conductor.Providers.Local.Sentiment;

/// <summary>What the rules measured in a text.</summary>
/// <param name="Compound">All feeling in the text, −1 to 1.</param>
/// <param name="Firm">The same by words that people rated, without those whose valence was computed.</param>
/// <param name="Mixture">How much the sides contradict each other: 0 for one side only, towards 1 for two strong ones in balance.</param>
/// <param name="Words">Words that were looked at.</param>
/// <param name="Hits">Words and phrases that carry feeling.</param>
/// <param name="IsChat">Written as in a chat: names with `@`, tags with `#`, links, emoticons, emoji or stretched words.</param>
internal readonly record struct SentimentFeatures(double Compound, double Firm, double Mixture, int Words, int Hits, bool IsChat);
