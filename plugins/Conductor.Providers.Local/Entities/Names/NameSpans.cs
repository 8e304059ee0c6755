using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Entities;

/// <summary>Cuts a text into candidates for names: rows of capitalised words with the small words that hold names together.</summary>
internal static class NameSpans
{
    private const int LongestName = 8;

    public static List<NameSpan> Find(EntityText text)
    {
        var spans = new List<NameSpan>();
        for (var index = 0; index < text.Count;)
        {
            if (!IsCapital(text, index))
            {
                index++;
                continue;
            }

            var end = End(text, index);
            Add(text, index, end, spans);
            index = end;
        }

        return spans;
    }

    public static bool StartsSentence(EntityText text, int index)
    {
        var before = text[index - 1];
        while (before.Kind is TokenKind.Symbol && before.Lower is "\"" or "“" or "”" or "'" or "‘" or "(" or "[" or "-" or "*" or "•")
        {
            before = text[--index - 1];
        }

        return before.Kind is TokenKind.None || before.Lower is "." or "!" or "?" or ":" or ";" or "…" or "|" || text.Text.AsSpan(before.End, Math.Max(0, text[index].Start - before.End)).Contains('\n');
    }

    private static bool IsCapital(EntityText text, int index) =>
        text[index].Kind is TokenKind.Word && text[index].Lower.Length > 0 && char.IsUpper(text.Text[text[index].Start])
        && !(text[index].IsJoined && text[index - 1].Lower is "@" or "#" or "_" or "/" or "." or "'" or "’" && text[index - 1].Lower is not "/");

    // The token after the row that begins here.
    private static int End(EntityText text, int index)
    {
        var end = index + 1;
        while (end - index < LongestName)
        {
            var next = After(text, index, end);
            if (next == end)
            {
                break;
            }

            end = next;
        }

        return end;
    }

    private static int After(EntityText text, int first, int end)
    {
        var token = text[end];
        var last = text[end - 1];

        // "U.S.", "J. K.", "St. Louis": a dot behind a letter or a title does not end a name.
        if (token.IsSymbol('.') && token.IsJoined)
        {
            if (last.Length == 1 && (text[end + 1].Length == 1 && text[end + 1].IsJoined && text[end + 1].Kind is TokenKind.Word))
            {
                return end + 2;
            }

            if (last.Length == 1 && end - first > 1 && text[end - 2].IsSymbol('.') && text[end - 2].IsJoined)
            {
                return end + 1; // the last dot of "U.S."
            }

            return (last.Length == 1 || last.Lower is "st" or "mt" or "ft" || NameWords.Titles.Contains(last.Lower) && last.Length <= 4) && IsNext(text, end + 1) ? end + 2 : end;
        }

        if (token.IsJoined)
        {
            // "O'Brien", "Rolls-Royce", "AT&T"
            var joins = token.Lower is "-" or "&" || (token.Lower is "'" or "’" && last.Lower is "o" or "d" or "l");
            return joins && text[end + 1].IsJoined && text[end + 1].Kind is TokenKind.Word && char.IsUpper(text.Text[text[end + 1].Start]) ? end + 2 : end;
        }

        if (IsNext(text, end))
        {
            return end + 1;
        }

        if (token.IsSymbol('&') && IsNext(text, end + 1))
        {
            return end + 2;
        }

        if (NameWords.Particles.Contains(token.Lower) && token.Kind is TokenKind.Word)
        {
            var name = NameWords.Particles.Contains(text[end + 1].Lower) ? end + 2 : end + 1;
            return IsNext(text, name) ? name + 1 : end;
        }

        // "University of York", not "President of France".
        if (token.Is("of") && !NameWords.Titles.Contains(text[first].Lower) && (NameWords.OrganizationHeads.Contains(last.Lower) || NameWords.PlaceHeads.Contains(last.Lower)))
        {
            var name = text[end + 1].Is("the") ? end + 2 : end + 1;
            return IsNext(text, name) ? name + 1 : end;
        }

        return end;
    }

    private static bool IsNext(EntityText text, int index) => IsCapital(text, index) && !text[index].IsJoined && text.Text.AsSpan(text[index - 1].End, text[index].Start - text[index - 1].End) is " " or "\u00a0" or "  ";

    private static void Add(EntityText text, int first, int end, List<NameSpan> spans)
    {
        var start = first;
        var hasTitle = false;
        while (start < end)
        {
            var word = text[start].Lower;
            if (StopWords.Contains(word) && text[start].Length > 1 && (word is not ("us" or "will") || StartsSentence(text, start)) && !IsAbbreviation(text, start, end))
            {
                start++;
            }
            else if (NameWords.Titles.Contains(word) && end - start > 1)
            {
                start += text[start + 1].IsSymbol('.') ? 2 : 1;
                hasTitle = true;
            }
            else if (text[start].Kind is TokenKind.Symbol || NameWords.Particles.Contains(word) && start > first)
            {
                start++;
            }
            else
            {
                break;
            }
        }

        while (end > start && (text[end - 1].Kind is TokenKind.Symbol && !(text[end - 1].IsSymbol('.') && text[end - 2].Length == 1) || (StopWords.Contains(text[end - 1].Lower) && text[end - 1].Length > 2)))
        {
            end--;
        }

        var isDate = end - start == 1 && (TimeWords.Weekdays.ContainsKey(text[start].Lower) || TimeWords.Months.ContainsKey(text[start].Lower) && text[start].Lower is not ("april" or "june" or "may"));
        if (end <= start || isDate || (end - start == 1 && text[start].Length == 1))
        {
            return;
        }

        spans.Add(new NameSpan(start, end, hasTitle || (start == first && NameWords.Titles.Contains(text[start - 1].Lower)) || (text[start - 1].IsSymbol('.') && NameWords.Titles.Contains(text[start - 2].Lower))));

        // "Yesterday Ann" at the beginning of a sentence: the first word has its capital from there.
        if (end - start > 1 && start == first && StartsSentence(text, start) && text[start + 1].Kind is TokenKind.Word && !text[start + 1].IsJoined)
        {
            spans.Add(new NameSpan(start + 1, end, false));
        }
    }

    private static bool IsAbbreviation(EntityText text, int index, int end) =>
        text.Text[text[index].Start..text[index].End].All(char.IsUpper) && text[index].Length is > 1 and <= 4 && end - index == 1 && !StartsSentence(text, index);
}
