namespace Conductor.Providers.Local.Entities;

/// <summary>Reads numbers written out: "three hundred and five", "a million", "two thirds"; signs not included.</summary>
internal static class NumberWordReader
{
    // "nine hundred ninety-nine trillion ..." down to the ones takes fewer.
    private const int MostTokens = 48;

    public static bool TryRead(EntityText text, int index, out NumberMatch number)
    {
        number = default;
        if (!TryCardinal(text, index, out var end, out var value))
        {
            return TryLonePart(text, index, out number);
        }

        if (TryDenominator(text, end, value, out var afterParts, out var parts))
        {
            number = new NumberMatch(afterParts, Math.Round(value / parts, 12), false);
            return true;
        }

        if (text[end].Is("point") && TryDecimals(text, end + 1, out var decimalsEnd, out var decimals))
        {
            (end, value) = (decimalsEnd, value + decimals);
            number = NumberReader.Scale(text, new NumberMatch(end, value, false));
            return true;
        }

        if (TryAndPart(text, end, out var part, out var partEnd))
        {
            (end, value) = (partEnd, value + part);
        }

        number = Over(text, new NumberMatch(end, value, false));
        return true;
    }

    /// <summary>Divides by what follows: "one over twenty", "1 out of 3".</summary>
    public static NumberMatch Over(EntityText text, NumberMatch number)
    {
        var at = text[number.End].Is("over") ? number.End + 1 : text[number.End].Is("out") && text[number.End + 1].Is("of") ? number.End + 2 : 0;
        if (at == 0 || number.Value is not { } value)
        {
            return number;
        }

        var below = 0m;
        var end = at + 1;
        if (text[at] is { Kind: TokenKind.Digits, Length: <= 9 } digits)
        {
            below = decimal.Parse(digits.Lower, System.Globalization.CultureInfo.InvariantCulture);
        }
        else if (!TryCardinal(text, at, out end, out below))
        {
            return number;
        }

        return below > 0 ? new NumberMatch(end, Math.Round(value / below, 12), false) : number;
    }

    // "twenty-three fifths", "one-eighth", "three twenty-firsts". Behind more than one the name is a plural, else it is an ordinal.
    private static bool TryDenominator(EntityText text, int index, decimal count, out int end, out decimal parts)
    {
        var at = text[index].IsSymbol('-') && text[index].IsJoined ? index + 1 : index;
        (end, parts) = (at + 1, 0);
        if (NumberWords.Parts.TryGetValue(text[at].Lower, out var named) && (count == 1 ? text[at].Lower[^1] != 's' && named > 2 : text[at].Lower[^1] == 's'))
        {
            parts = named;
            return true;
        }

        if (at > index || !OrdinalRecognizer.TryRead(text, at, out end, out var ordinal, isPlural: count != 1) || ordinal is not (> 2 and < 1_000_000) || (count == 1 && ordinal < 21))
        {
            return false;
        }

        parts = ordinal.Value;
        return true;
    }

    /// <summary>Reads "and a half", "and three quarters".</summary>
    public static bool TryAndPart(EntityText text, int index, out decimal part, out int end)
    {
        (part, end) = (0, index);
        if (!text[index].Is("and"))
        {
            return false;
        }

        if (text[index + 1].Lower is "a" or "one" && text[index + 2].Lower is "half" or "quarter" or "third")
        {
            (part, end) = (Math.Round(1m / NumberWords.Parts[text[index + 2].Lower], 12), index + 3);
            return true;
        }

        if (NumberWords.Units.TryGetValue(text[index + 1].Lower, out var count) && TryPartName(text, index + 2, count, out var parts))
        {
            (part, end) = (Math.Round((decimal)count / parts, 12), index + 3);
            return true;
        }

        return false;
    }

    /// <summary>Reads whole numbers in words, up to the trillions.</summary>
    public static bool TryCardinal(EntityText text, int index, out int end, out decimal value)
    {
        var (total, current, position) = (0m, 0m, index);
        (end, value) = (index, 0);
        var last = 0m; // the place of the last part: what follows must be smaller. 0 after "dozen", which ends the part
        while (position - index < MostTokens)
        {
            var word = text[position];
            var next = position;
            if (position > index && word.IsSymbol('-') && word.IsJoined && text[position + 1].IsJoined)
            {
                next++;
            }
            else if (position > index && word.Is("and") && last >= 100)
            {
                next++;
            }
            else if (position > index && word.IsSymbol(',') && last >= 1_000 && IsNumberWord(text[position + 1].Lower))
            {
                next++;
            }

            var name = text[next].Lower;
            if (NumberWords.Units.TryGetValue(name, out var unit) && (end == index || last >= 100 || (last >= 20 && last < 100 && unit is > 0 and < 10)))
            {
                current += unit;
                last = 1;
            }
            else if (NumberWords.Tens.TryGetValue(name, out var tens) && (end == index || last >= 100))
            {
                current += tens;
                last = 20;
            }
            else if (name is "a" or "an" && end == index && IsScale(text[next + 1].Lower))
            {
                position = next + 1;
                current = 1;
                last = 1;
                end = next + 1;
                continue;
            }
            else if (name is "hundred" or "thousand" && end == index && (NumberWords.Scales.ContainsKey(text[next + 1].Lower) || text[next + 1].Is("thousand")))
            {
                current = name == "hundred" ? 100 : 1_000;
                last = 100;
            }
            else if (name is "hundred" or "hundreds" && end > index && next == position && current % 1000 is > 0 and < 100)
            {
                current *= 100;
                last = 100;
            }
            else if (name is "dozen" or "dozens" && end > index && next == position && last > 0 && current > 0)
            {
                var small = current % 100;
                current = small == 0 || current < 100 ? current * 12 : current - small + (small * 12);
                last = 0;
            }
            else if (NumberWords.Scales.TryGetValue(name, out var scale) && end > index && next == position && current > 0 && (total == 0 || scale < total))
            {
                total += current * scale;
                current = 0;
                last = scale;
            }
            else
            {
                break;
            }

            position = next + 1;
            end = position;
        }

        value = total + current;
        return end > index && !(end == index + 1 && text[index].Lower is "a" or "an");
    }

    private static bool IsScale(string word) => word is "hundred" or "dozen" || (NumberWords.Scales.ContainsKey(word) && word[^1] != 's');

    private static bool IsNumberWord(string word) => NumberWords.Units.ContainsKey(word) || NumberWords.Tens.ContainsKey(word);

    // "two thirds", "one quarter"; "twenty third" is an ordinal.
    private static bool TryPartName(EntityText text, int index, decimal count, out int parts)
    {
        var name = text[text[index].IsSymbol('-') ? index + 1 : index].Lower;
        return NumberWords.Parts.TryGetValue(name, out parts) && !text[index].IsSymbol('-') && count < 20 && (count == 1 ? name[^1] != 's' && parts != 2 : name[^1] == 's');
    }

    // "half a", "a quarter of", "a third of".
    private static bool TryLonePart(EntityText text, int index, out NumberMatch number)
    {
        number = default;
        var name = text[index + 1].Lower;
        if (text[index].Is("a") && name is "half" or "quarter" or "third" && text[index + 2].Is("of") || text[index].Is("a") && name is "fifth" or "sixth" or "eighth" or "tenth")
        {
            number = new NumberMatch(index + 2, Math.Round(1m / NumberWords.Parts[name], 12), false);
            return true;
        }

        return false;
    }

    private static bool TryDecimals(EntityText text, int index, out int end, out decimal value)
    {
        (end, value) = (index, 0);
        var weight = 0.1m;
        for (; end - index < 20 && NumberWords.Units.TryGetValue(text[end].Lower, out var digit) && digit < 10; end++, weight /= 10)
        {
            value += digit * weight;
        }

        return end > index;
    }
}
