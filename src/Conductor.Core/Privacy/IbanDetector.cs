using System.Collections.Frozen;

namespace Conductor.Privacy;

/// <summary>Finds IBANs: a country's code, its length, and the checksum of ISO 13616; single spaces or hyphens between groups.</summary>
internal static class IbanDetector
{
    private const int Longest = 33;

    public const int Reach = (2 * Longest) + 1;

    // The registry's lengths, by country.
    private static readonly FrozenDictionary<string, int> Lengths = Table(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
        + "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 "
        + "SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30");

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Countries = Lengths.GetAlternateLookup<ReadOnlySpan<char>>();

    public static Detection At(TextView text)
    {
        if (!char.IsAsciiLetter(text.At(0)) || text.IsInsideWord)
        {
            return Detection.None;
        }

        if (text.IsOpenAt(1))
        {
            return Detection.Open;
        }

        Span<char> country = [char.ToUpperInvariant(text.At(0)), char.ToUpperInvariant(text.At(1))];
        if (!Countries.TryGetValue(country, out var length))
        {
            return Detection.None;
        }

        Span<char> letters = stackalloc char[Longest];
        var at = 0;
        for (var count = 0; count < length;)
        {
            if (text.IsOpenAt(at))
            {
                return Detection.Open;
            }

            var letter = text.At(at);
            if (!char.IsAsciiLetterOrDigit(letter) || (count is 2 or 3 && !char.IsAsciiDigit(letter)))
            {
                return Detection.None;
            }

            letters[count++] = char.ToUpperInvariant(letter);
            at++;
            if (count < length && text.At(at) is ' ' or '-' or '\u00A0')
            {
                at++;
            }
        }

        return text.IsOpenAt(at) ? Detection.Open
            : char.IsLetterOrDigit(text.At(at)) || !IsValid(letters[..length]) ? Detection.None
            : new Detection(at);
    }

    private static bool IsValid(ReadOnlySpan<char> iban)
    {
        var rest = 0;
        for (var i = 0; i < iban.Length; i++)
        {
            var letter = iban[(i + 4) % iban.Length]; // country and check digits come last
            rest = char.IsAsciiDigit(letter) ? ((rest * 10) + (letter - '0')) % 97 : ((rest * 100) + (letter - 'A' + 10)) % 97;
        }

        return rest == 1;
    }

    private static FrozenDictionary<string, int> Table(string rows) =>
        rows.Split(' ').ToFrozenDictionary(row => row[..2], row => int.Parse(row.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
