namespace Conductor.Providers.Local.Sentiment;

/// <summary>A text in tokens, with what punctuation says by itself.</summary>
/// <param name="Tokens">Words and symbols in order.</param>
/// <param name="Exclamations">How many `!`.</param>
/// <param name="Questions">How many `?`.</param>
/// <param name="IsShoutedThroughout">Every word is in capitals, so that capitals mean nothing.</param>
/// <param name="IsChat">Written as in a chat: names with `@`, tags with `#`, links, emoticons, emoji or stretched words.</param>
internal sealed record TokenizedText(IReadOnlyList<SentimentToken> Tokens, int Exclamations, int Questions, bool IsShoutedThroughout, bool IsChat);
