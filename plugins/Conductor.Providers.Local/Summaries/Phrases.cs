using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Summaries;

/// <summary>Makes sentences shorter without adding a word.</summary>
internal static class Phrases
{
    private static readonly string[] Openings =
    [
        "However, ", "But ", "And ", "Moreover, ", "Furthermore, ", "In addition, ", "Meanwhile, ", "Also, ", "Therefore, ", "Thus, ", "Finally, ",
        "In fact, ", "Of course, ", "For example, ", "For instance, ", "Nevertheless, ", "Additionally, ", "As a result, ", "Indeed, ",
    ];

    /// <summary>At most <paramref name="maxWords"/> words, with `…` at the cut.</summary>
    public static string CutWords(string sentence, int maxWords)
    {
        var end = EndOfWords(sentence, maxWords);
        return end == sentence.Length ? sentence : sentence[..end].TrimEnd(',', ';', ':', '-', '–', '—', ' ') is { Length: > 0 } cut ? cut + "…" : sentence[..end];
    }

    /// <summary>The sentence as a point of a list: no opening word, no end mark, at most <paramref name="maxWords"/> words, cut at a comma where one is near.</summary>
    public static string Shorten(string sentence, int maxWords)
    {
        var opening = Array.Find(Openings, opening => sentence.StartsWith(opening, StringComparison.OrdinalIgnoreCase));
        var point = sentence[(opening?.Length ?? 0)..].TrimStart('-', '*', '•', ' ').TrimEnd('.', ' ', '。');
        point = point.Length > 0 && opening is not null ? char.ToUpperInvariant(point[0]) + point[1..] : point;
        var end = EndOfWords(point, maxWords);
        if (end == point.Length)
        {
            return point;
        }

        var comma = point.LastIndexOfAny([',', ';', ':', '–', '—'], end - 1);
        return comma > end / 2 ? point[..comma].TrimEnd() : CutWords(point, maxWords);
    }

    private static int EndOfWords(string text, int maxWords)
    {
        var words = 0;
        for (var index = 0; index < text.Length; index++)
        {
            if (!char.IsWhiteSpace(text[index]) && (index == 0 || char.IsWhiteSpace(text[index - 1])) && ++words > maxWords)
            {
                return index - 1;
            }
        }

        return text.Length;
    }
}
