using System.Globalization;

namespace Conductor.Providers.Local.Entities;

/// <summary>E-mail addresses, @mentions and #hashtags, found from their sign. Each looks at a bounded stretch around it.</summary>
internal static class TagScanner
{
    private const int LongestLocalPart = 64;
    private const int LongestDomain = 253;
    private const int LongestTag = 100;

    public static void Find(string text, List<EntityMatch> matches)
    {
        for (var index = text.AsSpan().IndexOfAny('@', '#'); index >= 0 && index < text.Length; index++)
        {
            if (text[index] == '@' && !TryEmail(text, index, matches))
            {
                Mention(text, index, matches);
            }
            else if (text[index] == '#')
            {
                Hashtag(text, index, matches);
            }

            var next = text.AsSpan(index + 1).IndexOfAny('@', '#');
            if (next < 0)
            {
                return;
            }

            index += next;
        }
    }

    private static bool TryEmail(string text, int at, List<EntityMatch> matches)
    {
        var start = at;
        while (start > 0 && at - start < LongestLocalPart && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '_' or '-' or '+' or '%' or '\'' or '&' or '=' or '!' or '~' or '/'))
        {
            start--;
        }

        while (start < at && !char.IsAsciiLetterOrDigit(text[start]) && text[start] is not ('_' or '+'))
        {
            start++;
        }

        // "x/name@host" and "a=name@host" are paths and settings around an address.
        for (var cut = start; cut < at; cut++)
        {
            start = text[cut] is '/' or '=' ? cut + 1 : start;
        }

        if (start >= at || text[at - 1] == '.' || (start > 0 && char.IsLetterOrDigit(text[start - 1])))
        {
            return false;
        }

        var end = Literal(text, at + 1) ?? Domain(text, at + 1);
        if (end < 0)
        {
            return false;
        }

        matches.Add(new EntityMatch(start, end, EntityTypes.Email, null, 0.99));
        return true;
    }

    // "name@[192.0.2.1]"
    private static int? Literal(string text, int start)
    {
        if (start >= text.Length || text[start] != '[')
        {
            return null;
        }

        var close = text.AsSpan(start, Math.Min(48, text.Length - start)).IndexOf(']');
        return close > 7 && System.Net.IPAddress.TryParse(text.AsSpan(start + 1, close - 1), out _) ? start + close + 1 : null;
    }

    /// <summary>Where a host name of at least two labels ends that begins at an index; −1 for none.</summary>
    internal static int Domain(string text, int start)
    {
        var (index, label, dots) = (start, start, 0);
        var end = -1;
        while (index <= text.Length && index - start <= LongestDomain)
        {
            if (index < text.Length && (char.IsAsciiLetterOrDigit(text[index]) || (text[index] == '-' && index > label)))
            {
                index++;
                continue;
            }

            var isTopLevel = dots > 0 && index - label >= 2 && text.AsSpan(label, index - label).IndexOfAnyExcept(Letters) < 0;
            if (index == label || text[index - 1] == '-')
            {
                break;
            }

            end = isTopLevel ? index : -1;
            if (index >= text.Length || text[index] != '.' || index + 1 >= text.Length || !char.IsAsciiLetterOrDigit(text[index + 1]))
            {
                return index < text.Length && (text[index] == '_' || char.IsLetterOrDigit(text[index])) ? -1 : end;
            }

            dots++;
            index++;
            label = index;
        }

        return end;
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static void Mention(string text, int at, List<EntityMatch> matches)
    {
        var end = at + 1;
        while (end < text.Length && end - at <= LongestTag && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        if (end > at + 1 && end - at <= LongestTag && !IsWord(text, at - 1) && !IsWord(text, end) && !(end < text.Length && text[end] == '@'))
        {
            matches.Add(new EntityMatch(at, end, EntityTypes.Mention, EntityJson.Text(text[(at + 1)..end]), 0.9));
        }
    }

    private static void Hashtag(string text, int hash, List<EntityMatch> matches)
    {
        var end = hash + 1;
        var hasLetter = false;
        while (end < text.Length && end - hash <= LongestTag && (char.IsLetterOrDigit(text[end]) || text[end] == '_' || char.GetUnicodeCategory(text[end]) is UnicodeCategory.NonSpacingMark))
        {
            hasLetter |= char.IsLetter(text[end]);
            end++;
        }

        if (hasLetter && end - hash <= LongestTag && !IsWord(text, hash - 1) && !(hash > 0 && text[hash - 1] is '&' or '#' or '/'))
        {
            matches.Add(new EntityMatch(hash, end, EntityTypes.Hashtag, EntityJson.Text(text[(hash + 1)..end]), 0.95));
        }
    }

    private static bool IsWord(string text, int index) => (uint)index < (uint)text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
