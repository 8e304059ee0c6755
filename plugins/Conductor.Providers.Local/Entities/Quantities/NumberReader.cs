using System.Globalization;

namespace Conductor.Providers.Local.Entities;

/// <summary>A number in a text.</summary>
/// <param name="End">The token after it.</param>
/// <param name="Value">Null where it is too large to compute with.</param>
/// <param name="IsPlain">Whether it is a run of digits and nothing else.</param>
internal readonly record struct NumberMatch(int End, decimal? Value, bool IsPlain);

/// <summary>Reads numbers: digits with separators, decimals, fractions, words, and digits followed by words. Looks at a bounded number of tokens.</summary>
internal static class NumberReader
{
    private const decimal Largest = 10_000_000_000_000_000_000_000_000_000m; // what 28 digits hold

    /// <summary>Reads the number that begins at a token, without a sign.</summary>
    public static bool TryRead(EntityText text, int index, out NumberMatch number) =>
        text[index].Kind switch
        {
            TokenKind.Digits => TryDigits(text, index, out number),
            TokenKind.Word => NumberWordReader.TryRead(text, index, out number),
            TokenKind.Symbol => TrySymbol(text, index, out number),
            _ => None(out number),
        };

    /// <summary>Reads a number with a sign in front, where a dash cannot be one between two things.</summary>
    public static bool TrySigned(EntityText text, int index, out NumberMatch number)
    {
        var sign = text[index];
        var isMinus = sign.IsSymbol('-') || sign.IsSymbol('−') || sign.Is("minus") || sign.Is("negative");
        if (!isMinus && !(sign.IsSymbol('+') && text[index + 1].IsJoined))
        {
            return TryRead(text, index, out number);
        }

        var before = text[index - 1];
        var isBetween = sign.IsJoined ? before.Kind is not TokenKind.Symbol : before.Kind is TokenKind.Digits || (!text[index + 1].IsJoined && sign.Kind is TokenKind.Symbol && before.Kind is not TokenKind.None);
        if (isBetween || !TryRead(text, index + 1, out number))
        {
            return None(out number);
        }

        number = new NumberMatch(number.End, isMinus ? -number.Value : number.Value, IsPlain: false);
        return true;
    }

    /// <summary>Multiplies by the words that follow: "2.5 million", "3 dozen".</summary>
    public static NumberMatch Scale(EntityText text, NumberMatch number)
    {
        while (text[number.End] is { Kind: TokenKind.Word } word)
        {
            var factor = NumberWords.Scales.TryGetValue(word.Lower, out var scale) ? scale
                : word.Lower is "hundred" or "hundreds" ? 100
                : word.Lower is "dozen" or "dozens" ? 12
                : word.IsJoined && word.Is("k") ? 1_000 : 0;
            if (factor == 0)
            {
                break;
            }

            number = new NumberMatch(number.End + 1, Times(number.Value, factor), IsPlain: false);
        }

        return number;
    }

    internal static decimal? Times(decimal? value, decimal factor) => value is { } known && Math.Abs(known) < Largest / factor ? known * factor : null;

    private static bool TryDigits(EntityText text, int index, out NumberMatch number)
    {
        if (TryDecimalComma(text, index, out number))
        {
            return true;
        }

        var (digits, end) = (text[index].Lower, index + 1);
        if (text[index].Length <= 3)
        {
            while (text[end].IsSymbol(',') && text[end].IsJoined && text[end + 1] is { Kind: TokenKind.Digits, IsJoined: true, Length: 3 } group && digits.Length < 30)
            {
                digits += group.Lower;
                end += 2;
            }
        }

        while (text[index].Length <= 3 && text[end] is { Kind: TokenKind.Digits, IsJoined: false, Length: 3 } spaced && IsThinSpace(text, end, spaced) && digits.Length < 30)
        {
            digits += spaced.Lower;
            end++;
        }

        var isPlain = end == index + 1;
        if (IsDecimalPoint(text, end) && !(IsDecimalPoint(text, end + 2) || IsDecimalPoint(text, index - 1)))
        {
            digits += "." + text[end + 1].Lower;
            (end, isPlain) = (end + 2, false);
        }

        var sign = text[end + 1] is { IsJoined: true, Lower: "-" or "+" } ? 1 : 0;
        if (text[end] is { Lower: "e", IsJoined: true } && text[end + 1 + sign] is { Kind: TokenKind.Digits, IsJoined: true, Length: <= 2 } power && Parse(digits) is { } mantissa)
        {
            var raised = int.Parse(power.Lower, CultureInfo.InvariantCulture);
            number = new NumberMatch(end + 2 + sign, Raise(mantissa, text[end + 1].Is("-") ? -raised : raised), false);
            return true;
        }

        var value = Parse(digits);
        if (isPlain && TryFraction(text, index, out var fraction))
        {
            number = fraction;
            return true;
        }

        if (isPlain && !text[end].IsJoined && text[end].Kind is TokenKind.Digits && TryFraction(text, end, out fraction))
        {
            number = new NumberMatch(fraction.End, value + fraction.Value, false);
            return true;
        }

        number = NumberWordReader.Over(text, Scale(text, new NumberMatch(end, value, isPlain)));
        if (NumberWordReader.TryAndPart(text, number.End, out var part, out var partEnd))
        {
            number = new NumberMatch(partEnd, number.Value + part, false);
        }

        return true;
    }

    // "1.234,56": points between thousands, then a comma, can be nothing else.
    private static bool TryDecimalComma(EntityText text, int index, out NumberMatch number)
    {
        var (digits, end) = (text[index].Lower, index + 1);
        while (text[index].Length <= 3 && IsDecimalPoint(text, end) && text[end + 1].Length == 3 && digits.Length < 24)
        {
            digits += text[end + 1].Lower;
            end += 2;
        }

        if (end == index + 1 || IsDecimalPoint(text, index - 1) || Hundredths(text, end) is not { } hundredths)
        {
            return None(out number);
        }

        number = new NumberMatch(end + 2, Parse($"{digits}.{hundredths}"), false);
        return true;
    }

    /// <summary>The two digits behind a decimal comma, "5,00" without more of either behind it; null where a token is no such comma.</summary>
    internal static string? Hundredths(EntityText text, int index) =>
        text[index].IsSymbol(',') && text[index].IsJoined && text[index + 1] is { Kind: TokenKind.Digits, IsJoined: true, Length: 2 } digits
        && !(text[index + 2].IsJoined && text[index + 2].Lower is "," or "." && text[index + 3] is { Kind: TokenKind.Digits, IsJoined: true }) ? digits.Lower : null;

    // "40 000": a narrow or unbroken space parts thousands; a plain one only in front of three zeros, else it parts numbers.
    private static bool IsThinSpace(EntityText text, int index, EntityToken group) =>
        group.Start == text[index - 1].End + 1 && text.Text[group.Start - 1] is var space && (space is '\u00a0' or '\u202f' or '\u2009' || (space == ' ' && group.Is("000"))) && !text[index - 1].IsSymbol('.');

    // "4/5", but no date and no path: one slash, a small denominator, nothing joined behind.
    private static bool TryFraction(EntityText text, int index, out NumberMatch fraction)
    {
        if (text[index + 1].IsSymbol('/') && text[index + 1].IsJoined && text[index + 2] is { Kind: TokenKind.Digits, IsJoined: true, Length: <= 4 } lower
            && text[index].Length <= 6 && !(text[index + 3].IsJoined && text[index + 3].Kind is not TokenKind.Symbol) && !text[index + 3].IsSymbol('/') && !text[index - 1].IsSymbol('/')
            && int.Parse(lower.Lower, CultureInfo.InvariantCulture) is > 0 and var denominator)
        {
            fraction = new NumberMatch(index + 3, Math.Round(decimal.Parse(text[index].Lower, CultureInfo.InvariantCulture) / denominator, 12), false);
            return true;
        }

        return None(out fraction);
    }

    private static bool TrySymbol(EntityText text, int index, out NumberMatch number)
    {
        var symbol = text[index];
        if (symbol.IsSymbol('.') && text[index + 1] is { Kind: TokenKind.Digits, IsJoined: true } && !(symbol.IsJoined && text[index - 1].Kind is not TokenKind.Symbol) && !IsDecimalPoint(text, index + 2))
        {
            number = Scale(text, new NumberMatch(index + 2, Parse("0." + text[index + 1].Lower), false));
            return true;
        }

        decimal? part = symbol.Lower switch { "½" => 0.5m, "¼" => 0.25m, "¾" => 0.75m, "⅓" => 0.333333333333m, "⅔" => 0.666666666667m, "⅛" => 0.125m, _ => null };
        number = new NumberMatch(index + 1, part, false);
        return part is not null;
    }

    private static bool IsDecimalPoint(EntityText text, int index) =>
        text[index].IsSymbol('.') && text[index].IsJoined && text[index - 1].Kind is TokenKind.Digits && text[index + 1] is { Kind: TokenKind.Digits, IsJoined: true };

    private static decimal? Parse(string digits) =>
        digits.Length is > 0 and <= 28 && decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static decimal? Raise(decimal mantissa, int power)
    {
        decimal? value = mantissa;
        for (; power > 0 && value is not null; power--)
        {
            value = Times(value, 10);
        }

        for (; power < 0; power++)
        {
            value /= 10;
        }

        return value;
    }

    private static bool None(out NumberMatch number)
    {
        number = default;
        return false;
    }
}
