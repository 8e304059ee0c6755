namespace Conductor.Operations.Summarization;

/// <summary>Cuts a text to a number of words, a word being what stands between white space.</summary>
internal static class WordLimit
{
    /// <summary>At most <paramref name="maxWords"/> words of <paramref name="text"/>: up to the last sentence that ends within them, else with `…` at the cut.</summary>
    public static string Cut(string text, int maxWords)
    {
        var words = 0;
        var afterSentence = 0;
        for (var index = 0; index < text.Length;)
        {
            if (char.IsWhiteSpace(text[index]))
            {
                index++;
                continue;
            }

            if (words == maxWords)
            {
                return afterSentence > 0 ? text[..afterSentence] : text[..index].TrimEnd() + "…";
            }

            while (index < text.Length && !char.IsWhiteSpace(text[index]))
            {
                index++;
            }

            words++;
            if (text[index - 1] is '.' or '!' or '?' or '。' or '！' or '？')
            {
                afterSentence = index;
            }
        }

        return text;
    }
}
