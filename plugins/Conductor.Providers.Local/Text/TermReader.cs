using System.Buffers;
using System.Globalization;
using System.Text;

namespace Conductor.Providers.Local.Text;

/// <summary>The terms of a sentence, for comparing it with others: lower case, without stop words, endings taken off.</summary>
internal static class TermReader
{
    private const int LongestTerm = 40;
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>Terms in order, repeated ones included. Scripts without spaces give pairs of characters.</summary>
    public static List<string> Read(string sentence)
    {
        var terms = new List<string>();
        var index = 0;
        while (index < sentence.Length)
        {
            if (!char.IsLetterOrDigit(sentence[index]))
            {
                index++;
                continue;
            }

            var start = index;
            if (IsUnspaced(sentence[index]))
            {
                while (index < sentence.Length && IsUnspaced(sentence[index]))
                {
                    index++;
                }

                for (var pair = start; pair < index - 1; pair++)
                {
                    terms.Add(sentence.Substring(pair, 2));
                }

                continue;
            }

            while (index < sentence.Length && IsInside(sentence, index))
            {
                index++;
            }

            if (index - start is > 1 and <= LongestTerm)
            {
                var word = sentence[start..index].ToLowerInvariant();
                if (!StopWords.Contains(word))
                {
                    terms.Add(Stem(word));
                }
            }
        }

        return terms;
    }

    private static bool IsUnspaced(char character) => character is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u9fff') or (>= '\u0e00' and <= '\u0e7f');

    private static bool IsInside(string text, int index) =>
        (char.IsLetterOrDigit(text[index]) && !IsUnspaced(text[index]))
        || CharUnicodeInfo.GetUnicodeCategory(text[index]) is UnicodeCategory.NonSpacingMark
        || (text[index] is '-' or '.' or ',' && index + 1 < text.Length && char.IsLetterOrDigit(text[index - 1]) && char.IsLetterOrDigit(text[index + 1]));

    // Light on purpose: plural and verb endings, so that "banks" meets "bank" and "planned" meets "plan".
    internal static string Stem(string word)
    {
        var stem = word;
        if (stem.Length > 4 && stem.EndsWith("ies", StringComparison.Ordinal))
        {
            return string.Concat(stem.AsSpan(0, stem.Length - 3), "y");
        }

        if (stem.Length > 3 && stem[^1] == 's' && stem[^2] is not ('s' or 'u' or 'i'))
        {
            stem = stem[..^1];
        }

        var cut = stem.EndsWith("ing", StringComparison.Ordinal) ? 3 : stem.EndsWith("ed", StringComparison.Ordinal) ? 2 : 0;
        if (cut > 0 && stem.Length - cut >= 3 && stem.AsSpan(0, stem.Length - cut).ContainsAny(Vowels))
        {
            stem = stem[..^cut];
            return stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z') ? stem[..^1] : stem;
        }

        return stem.Length > 4 && stem[^1] == 'e' ? stem[..^1] : stem;
    }
}
