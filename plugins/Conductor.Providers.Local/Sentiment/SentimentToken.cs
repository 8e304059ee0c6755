namespace Conductor.Providers.Local.Sentiment;

/// <summary>A word, emoticon or emoji of a text.</summary>
/// <param name="Word">Lower case, apostrophes straightened; the symbol itself for an emoticon or emoji.</param>
/// <param name="IsShouted">Written in capitals, two letters or more.</param>
/// <param name="Clause">Number of the clause it stands in; commas, colons, dashes and ends of sentences part clauses.</param>
/// <param name="Sentence">Number of the sentence it stands in.</param>
/// <param name="IsStretched">Written with a letter three times or more, as in `sooo`; the word is shortened to what is known.</param>
/// <param name="Valence">The symbol's own valence; null for a word.</param>
internal readonly record struct SentimentToken(string Word, bool IsShouted, int Clause, int Sentence, bool IsStretched = false, double? Valence = null);
