namespace Conductor.Providers.Local.Entities;

/// <summary>Telephone numbers: groups of digits with the marks that people put between them, of the length and shape of a number that one can dial.</summary>
internal static class PhoneScanner
{
    private const int FewestDigits = 7;
    private const int MostDigits = 15;
    private const int LongestNumber = 40;
    private const int Context = 40;

    private static readonly System.Buffers.SearchValues<char> DateMarks = System.Buffers.SearchValues.Create("0123456789-./");

    private static readonly string[] Hints = ["phone", "tel", "call", "mobile", "cell", "fax", "dial", "contact", "whatsapp", "text me", "number is", "hotline", "reach"];

    public static void Find(string text, List<EntityMatch> matches)
    {
        for (var index = 0; index < text.Length;)
        {
            if (!(char.IsAsciiDigit(text[index]) || text[index] is '+' or '('))
            {
                index++;
                continue;
            }

            var end = End(text, index);
            if (end > index && Judge(text, index, end) is { } confidence)
            {
                var whole = Extension(text, end);
                matches.Add(new EntityMatch(index, whole, EntityTypes.Phone, EntityJson.Text(Digits(text.AsSpan(index, end - index))), confidence));
                index = whole;
            }
            else if (IsCard(text.AsSpan(index, end - index)))
            {
                index = end;
            }
            else
            {
                index++;
                while (index < text.Length && char.IsAsciiDigit(text[index]) && char.IsAsciiDigit(text[index - 1]))
                {
                    index++;
                }
            }
        }
    }

    // The last digit of the longest run of groups with at most two marks between them; brackets must close.
    private static int End(string text, int start)
    {
        var (end, open, marks) = (start, 0, 0);
        for (var index = start; index < text.Length && index - start < LongestNumber; index++)
        {
            var character = text[index];
            if (char.IsAsciiDigit(character))
            {
                marks = 0;
                end = open == 0 ? index + 1 : end;
            }
            else if (character == '+' && index == start)
            {
                continue;
            }
            else if (character == '(' && open == 0 && marks < 3)
            {
                open = 1;
            }
            else if (character == ')' && open == 1)
            {
                open = 0;
                marks = 0;
            }
            else if (character is ' ' or '-' or '.' or '/' or '–' or '‑' or '\u00a0' && ++marks <= 2)
            {
                continue;
            }
            else
            {
                break;
            }
        }

        return end;
    }

    private static double? Judge(string text, int start, int end)
    {
        var before = start > 0 ? text[start - 1] : ' ';
        var behind = end < text.Length ? text[end] : ' ';
        if (char.IsLetterOrDigit(before) || before is '$' or '€' or '£' or '#' or '@' or '_' or '=' or '%' || (before is '.' or ',' or '-' or '/' or ':' && start > 1 && char.IsLetterOrDigit(text[start - 2]) && before is not ':'))
        {
            return null;
        }

        if ((char.IsLetterOrDigit(behind) && behind is not 'x') || behind is '%' or '€' or '$' or '@' or '_' || (behind is ',' or '.' or ':' or '/' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])))
        {
            return null;
        }

        var number = text.AsSpan(start, end - start);
        var groups = Groups(number);
        var digits = groups.Sum();
        if (digits is < FewestDigits or > MostDigits)
        {
            return null;
        }

        var hasHint = HasHint(text, start);
        if (IsDate(number, groups) || IsSocialSecurity(number, groups) || number.IndexOfAnyExceptInRange('0', '9') >= 0 && groups.All(size => size <= 2) && !(number[0] is '0' or '+' or '(') && !hasHint)
        {
            return null;
        }

        var shape = number[0] == '+' ? 0.9
            : number[0] == '(' || number.Contains('(') ? 0.85
            : groups is [3, 3, 4] or [1, 3, 3, 4] or [3, 4, 4] ? 0.85
            : number[0] == '0' && digits >= 9 ? 0.75
            : groups.Count > 1 && digits >= 9 && number.Contains('-') ? 0.6
            : groups.Count > 1 && groups[^1] > 1 && digits >= 9 ? 0.5
            : groups is [3, 4] && number.Contains('-') ? 0.6
            : groups.Count == 1 && digits is >= 9 and <= 12 ? 0.4 : 0.2;
        return hasHint ? Math.Min(0.97, shape + 0.3) : shape < 0.4 ? null : shape;
    }

    private static List<int> Groups(ReadOnlySpan<char> number)
    {
        var groups = new List<int>();
        var size = 0;
        foreach (var character in number)
        {
            if (char.IsAsciiDigit(character))
            {
                size++;
            }
            else if (size > 0)
            {
                groups.Add(size);
                size = 0;
            }
        }

        groups.Add(size);
        return groups;
    }

    private static bool IsDate(ReadOnlySpan<char> number, List<int> groups) =>
        groups is [4, <= 2, <= 2] or [<= 2, <= 2, 4] or [<= 2, <= 2, 2] && number.IndexOfAnyExcept(DateMarks) < 0
        || (groups is [4, 4] && number[0] is '1' or '2' && number[^4] is '1' or '2');

    private static bool IsCard(ReadOnlySpan<char> number) => Groups(number) is [4, 4, 4, 4, ..];

    private static bool IsSocialSecurity(ReadOnlySpan<char> number, List<int> groups) => groups is [3, 2, 4] && number.Count('-') == 2;

    private static bool HasHint(string text, int start)
    {
        var before = text.AsSpan(Math.Max(0, start - Context), start - Math.Max(0, start - Context));
        foreach (var hint in Hints)
        {
            if (before.Contains(hint, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // "ext. 123", "x123"
    private static int Extension(string text, int end)
    {
        var index = end;
        while (index < text.Length && text[index] is ' ' or ',' && index - end < 2)
        {
            index++;
        }

        foreach (var mark in (string[])["extension", "ext.", "ext", "x"])
        {
            if (text.AsSpan(index).StartsWith(mark, StringComparison.OrdinalIgnoreCase))
            {
                index += mark.Length;
                index += index < text.Length && text[index] == ' ' ? 1 : 0;
                var digits = index;
                while (digits < text.Length && digits - index < 7 && char.IsAsciiDigit(text[digits]))
                {
                    digits++;
                }

                return digits > index && digits - index < 7 ? digits : end;
            }
        }

        return end;
    }

    // Digits, with the plus where one was written: what a telephone takes. "(0)" is dialled inside the country only.
    private static string Digits(ReadOnlySpan<char> number)
    {
        var isInternational = number[0] == '+';
        var digits = new System.Text.StringBuilder(isInternational ? "+" : "");
        for (var index = 0; index < number.Length; index++)
        {
            if (char.IsAsciiDigit(number[index]) && !(isInternational && number[index] == '0' && number[index - 1] == '(' && index + 1 < number.Length && number[index + 1] == ')'))
            {
                digits.Append(number[index]);
            }
        }

        return digits.ToString();
    }
}
