namespace Conductor.Operations.Summarization;

/// <summary>Cuts a text to a number of sentences, or a list to a number of points.</summary>
/// <remarks>
/// Where it is doubtful whether a sentence ends ("Dr. Smith", "U.S. Army", "3.5"), it is taken not to: a summary that keeps one sentence too many
/// does less harm than one that breaks off inside a name.
/// </remarks>
internal static class SentenceLimit
{
    // Words with a full stop of their own, before what may begin with a capital. Single letters and words with a full stop inside count, too.
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "rev", "hon", "st", "sr", "jr", "gen", "col", "lt", "sgt", "capt", "gov", "sen", "rep", "no", "nos", "vs", "etc",
        "inc", "ltd", "co", "corp", "dept", "est", "fig", "figs", "al", "ca", "cf", "vol", "pp", "approx", "mt", "ft", "jan", "feb", "mar", "apr", "jun", "jul",
        "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "hr", "bzw", "usw", "str", "nr",
    };

    /// <summary>At most the first <paramref name="most"/> sentences of a text; of a list the first lines that hold something.</summary>
    public static string Cut(string text, int most, bool isList)
    {
        var seen = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if ((isList ? text[index] == '\n' && HoldsLine(text, index) : EndsSentence(text, index)) && ++seen == most)
            {
                var end = isList ? index : AfterMarks(text, index);
                return string.IsNullOrWhiteSpace(text[end..]) ? text : text[..end].TrimEnd();
            }
        }

        return text;
    }

    // Whether the line that ends here has anything in it.
    private static bool HoldsLine(string text, int end)
    {
        var start = end == 0 ? 0 : text.LastIndexOf('\n', end - 1) + 1;
        return !text.AsSpan(start, end - start).IsWhiteSpace();
    }

    private static bool EndsSentence(string text, int index)
    {
        if (text[index] is '。' or '！' or '？')
        {
            return index + 1 == text.Length || text[index + 1] is not ('。' or '！' or '？');
        }

        if (text[index] is not ('.' or '!' or '?' or '…') || (index + 1 < text.Length && text[index + 1] is '.' or '!' or '?' or '…'))
        {
            return false;
        }

        var next = AfterMarks(text, index);
        if (next == text.Length)
        {
            return true;
        }

        if (!char.IsWhiteSpace(text[next]))
        {
            return false;
        }

        while (next < text.Length && (char.IsWhiteSpace(text[next]) || text[next] is '"' or '“' or '‘' or '„' or '«' or '(' or '\''))
        {
            next++;
        }

        // A sentence begins with a capital, a digit, or in a script that knows no capitals.
        return next == text.Length || (!char.IsLower(text[next]) && !(text[index] == '.' && IsAbbreviation(text, index)));
    }

    // The quotes and brackets that close with the sentence.
    private static int AfterMarks(string text, int index)
    {
        index++;
        while (index < text.Length && text[index] is '"' or '\'' or '”' or '’' or '»' or ')' or ']' or '」' or '』')
        {
            index++;
        }

        return index;
    }

    private static bool IsAbbreviation(string text, int stop)
    {
        var start = stop;
        while (start > 0 && !char.IsWhiteSpace(text[start - 1]) && text[start - 1] is not ('(' or '"' or '“'))
        {
            start--;
        }

        var word = text[start..stop];
        return (word.Length == 1 && char.IsLetter(word[0])) || (word.Contains('.', StringComparison.Ordinal) && !char.IsDigit(word[0])) || Abbreviations.Contains(word);
    }
}
