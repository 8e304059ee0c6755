namespace Conductor.Privacy;

/// <summary>
/// Finds telephone numbers: with a country's code (`+` or `00`), as North America groups them, and grouped ones with a leading zero. Numbers without any of that are not taken for one:
/// most of them are something else.
/// </summary>
internal static class PhoneDetector
{
    private const int MostDigits = 15;
    private const int MostGroups = 8;
    private const int LongestGap = 3;

    public const int Reach = 2 + MostDigits + 1 + (MostGroups * LongestGap) + 1;

    public static Detection At(TextView text)
    {
        if (text.At(0) is not ('+' or '(' or (>= '0' and <= '9')) || text.IsInsideWord || text.Before is '+' or '-' or '/')
        {
            return Detection.None;
        }

        Span<Group> groups = stackalloc Group[MostGroups];
        if (!Read(text, groups, out var count))
        {
            return Detection.Open;
        }

        for (; count > 0; count--)
        {
            var number = groups[..count];
            if (IsInternational(text, number) || IsNorthAmerican(text, number) || IsNational(text, number))
            {
                return new Detection(number[^1].End); // the longest that can be one
            }
        }

        return Detection.None;
    }

    /// <summary>Reads groups of digits and what stands between them, as far as they may be one number; false where the text has to go on.</summary>
    private static bool Read(TextView text, Span<Group> groups, out int count)
    {
        count = 0;
        var digits = 0;
        var at = text.At(0) == '+' ? 1 : 0;
        if (text.IsOpenAt(at))
        {
            return false;
        }

        at += text.At(at) == '(' ? 1 : 0;
        while (count < MostGroups)
        {
            var start = at;
            while (digits <= MostDigits && char.IsAsciiDigit(text.At(at)))
            {
                digits++;
                at++;
            }

            if (digits > MostDigits)
            {
                return true;
            }

            if (text.IsOpenAt(at))
            {
                return false;
            }

            if (at == start || char.IsLetter(text.At(at)) || text.At(at) == '_')
            {
                return true; // the group belongs to a word
            }

            var gap = Gap(text, at);
            if (gap < 0)
            {
                return false;
            }

            groups[count++] = new Group(at - start, at, gap > 0 ? text.At(at) : '\0', text.Rest.Slice(at, gap).ContainsAny('(', ')'));
            if (gap == 0)
            {
                return true;
            }

            at += gap;
        }

        return true;
    }

    // What may stand between two groups: one separator, or one beside a bracket. 0 = nothing such with a digit behind it; -1 = the text has to go on.
    private static int Gap(TextView text, int at)
    {
        for (var length = 0; length <= LongestGap; length++)
        {
            if (text.IsOpenAt(at + length))
            {
                return -1;
            }

            var next = text.At(at + length);
            if (char.IsAsciiDigit(next))
            {
                return length;
            }

            var isBracket = next is '(' or ')';
            var isSeparator = next is ' ' or '-' or '.' or '/' or '\u00A0';
            if ((!isBracket && !isSeparator) || (length > 0 && isSeparator && text.At(at + length - 1) != ')'))
            {
                return 0; // two separators: a sentence's end, or a dash
            }
        }

        return 0;
    }

    private static bool IsInternational(TextView text, ReadOnlySpan<Group> groups)
    {
        var isPlus = text.At(0) == '+';
        var first = isPlus ? text.At(1) : text.At(2);
        var digits = Digits(groups) - (isPlus ? 0 : 2);
        return (isPlus || (text.At(0) == '0' && text.At(1) == '0' && groups.Length > 1 && !IsInsideNumber(text)))
            && first is >= '1' and <= '9' && digits is >= 8 and <= MostDigits && Singles(groups) <= 2;
    }

    // (212) 555-0123, 212-555-0123, 212.555.0123, 1-212-555-0123: three, three and four digits, the first two groups not below 200.
    private static bool IsNorthAmerican(TextView text, ReadOnlySpan<Group> groups)
    {
        var local = groups.Length == 4 && groups[0].Length == 1 && text.At(0) == '1' ? groups[1..] : groups;
        return local.Length == 3 && local[0].Length == 3 && local[1].Length == 3 && local[2].Length == 4
            && text.At(local[0].End - 3) is >= '2' and <= '9' && text.At(local[1].End - 3) is >= '2' and <= '9'
            && (HasBracket(text, groups) || IsUniform(groups)) && local[0].Gap != '/' && local[1].Gap != '/';
    }

    // 030 9018200, 020 7946 0958, 06 12 34 56 78, 0171/1234567, (030) 9018200: ten or eleven digits, a leading zero, and no date.
    private static bool IsNational(TextView text, ReadOnlySpan<Group> groups)
    {
        var at = text.At(0) == '(' ? 1 : 0;
        return text.At(at) == '0' && text.At(at + 1) is >= '1' and <= '9' && !IsInsideNumber(text)
            && Digits(groups) is 10 or 11 && groups.Length is >= 2 and <= 5 && groups[0].Length is >= 2 and <= 5 && Singles(groups) == 0
            && (groups.Length == 2 || IsUniform(groups) || HasBracket(text, groups))
            && !(groups.Length > 2 && groups[0].Length == 2 && groups[1].Length == 2 && groups[2].Length == 4); // 01-02-2026 …
    }

    // Groups that go on from others: an account's number, or a table.
    private static bool IsInsideNumber(TextView text) => text.Before == ' ' && char.IsAsciiDigit(text.SecondBefore);

    private static int Digits(ReadOnlySpan<Group> groups)
    {
        var sum = 0;
        foreach (var group in groups)
        {
            sum += group.Length;
        }

        return sum;
    }

    private static int Singles(ReadOnlySpan<Group> groups)
    {
        var count = 0;
        foreach (var group in groups)
        {
            count += group.Length == 1 ? 1 : 0;
        }

        return count;
    }

    // What stands behind the last group is not the number's.
    private static bool IsUniform(ReadOnlySpan<Group> groups)
    {
        for (var i = 1; i < groups.Length - 1; i++)
        {
            if (groups[i].Gap != groups[0].Gap)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasBracket(TextView text, ReadOnlySpan<Group> groups)
    {
        for (var i = 0; i < groups.Length - 1; i++)
        {
            if (groups[i].HasBracket)
            {
                return true;
            }
        }

        return text.At(0) == '(';
    }

    /// <summary>A group of digits, where it ends, and what stands between it and the next.</summary>
    private readonly record struct Group(int Length, int End, char Gap, bool HasBracket);
}
