namespace Conductor.Privacy;

/// <summary>Finds numbers of payment cards: an issuer's beginning and length, single spaces or hyphens between groups, Luhn's checksum.</summary>
internal static class CardDetector
{
    private const int Shortest = 13;
    private const int Longest = 19;

    public const int Reach = (2 * Longest) + 1;

    public static Detection At(TextView text)
    {
        if (text.At(0) is < '2' or > '6' || text.IsInsideWord)
        {
            return Detection.None;
        }

        Span<int> digits = stackalloc int[Longest];
        var count = 0;
        var found = 0;
        var at = 0;
        while (count < Longest && char.IsAsciiDigit(text.At(at)))
        {
            digits[count++] = text.At(at++) - '0';
            if (text.IsOpenAt(at))
            {
                return Detection.Open;
            }

            var next = text.At(at);
            if (count >= Shortest && !char.IsLetterOrDigit(next) && Issuer(digits[..count]) && Luhn(digits[..count]))
            {
                found = at; // the longest that fits
            }

            if (next is ' ' or '-' or '\u00A0')
            {
                if (text.IsOpenAt(at + 1))
                {
                    return Detection.Open;
                }

                at += char.IsAsciiDigit(text.At(at + 1)) ? 1 : 0;
            }
        }

        return new Detection(found);
    }

    // The ranges of the networks, and the lengths that each issues.
    private static bool Issuer(ReadOnlySpan<int> digits)
    {
        var length = digits.Length;
        var two = (digits[0] * 10) + digits[1];
        var four = (two * 100) + (digits[2] * 10) + digits[3];
        return digits[0] switch
        {
            2 => length == 16 && four is >= 2221 and <= 2720,
            3 when two is 34 or 37 => length == 15,
            3 when two is 36 or 38 or 39 || four is >= 3000 and <= 3059 => length is 14 or 16,
            3 => four is >= 3528 and <= 3589 && length is >= 16 and <= 19,
            4 => length is 13 or 16 or 19,
            5 when two is >= 51 and <= 55 => length == 16,
            5 => two is 50 or (>= 56 and <= 58) && length is >= 13 and <= 19,
            6 => length is >= 16 and <= 19,
            _ => false,
        };
    }

    private static bool Luhn(ReadOnlySpan<int> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)];
            sum += i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }
}
