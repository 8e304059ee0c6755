using Conductor.Money;

namespace Conductor.Providers.Local.Text;

/// <summary>Counts words, a word being what stands between white space.</summary>
internal static class WordCounter
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var words = 0;
        var inWord = false;
        foreach (var character in text)
        {
            var isSpace = char.IsWhiteSpace(character);
            words += !isSpace && !inWord ? 1 : 0;
            inWord = !isSpace;
        }

        return words;
    }

    /// <summary>Words as tokens: these engines have no tokens of their own, so the figures are marked as an estimate.</summary>
    public static TokenUsage Usage(string input, string output) =>
        new() { InputTokens = Count(input), OutputTokens = Count(output), IsEstimated = true };
}
