namespace Conductor.Providers.Local.Entities;

/// <summary>Amounts of money: a sign, code or name of a currency beside a number.</summary>
internal static class MoneyRecognizer
{
    // A sign or a code leaves hardly a doubt; some names are words of other meanings too.
    private const double Sign = 0.97;
    private const double Name = 0.93;
    private const double Ambiguous = 0.6;

    public static void Find(EntityText text, List<EntityMatch> matches)
    {
        for (var index = 0; index < text.Count; index++)
        {
            if (!TryBefore(text, index, matches))
            {
                TryBehind(text, index, matches);
            }
        }
    }

    // "$5", "US$ 5 million", "c $ 1.34", "USD 5", "-$5".
    private static bool TryBefore(EntityText text, int index, List<EntityMatch> matches)
    {
        var (first, sign, code) = (index, index, (string?)null);
        if (text[index].Kind is TokenKind.Word && text[index + 1].IsSymbol('$') && Currencies.Dollars.TryGetValue(text[index].Lower, out var dollars)
            && (text[index + 1].IsJoined || text[index].Is("c") || (text[index].Length == 2 && (IsUpper(text, index) || !text[index + 2].IsJoined))))
        {
            (sign, code) = (index + 1, dollars);
        }
        else if (Currencies.Signs.TryGetValue(text[index].Lower, out var known))
        {
            code = known;
        }
        else if (text[index].Kind is TokenKind.Word && text[index].Length == 3 && Currencies.Codes.Contains(text[index].Lower) && IsUpper(text, index))
        {
            code = text[index].Lower.ToUpperInvariant();
        }

        var isNegative = code is not null && text[sign + 1].IsSymbol('-') && text[sign + 1].IsJoined;
        if (code is null || !NumberReader.TryRead(text, sign + (isNegative ? 2 : 1), out var number) || text[sign + (isNegative ? 2 : 1)].Kind is TokenKind.Word)
        {
            return false;
        }

        number = Letters(text, WithComma(text, number));
        var end = number.End;
        var word = text[end].Lower;
        if (Currencies.Codes.Contains(word) && text[end].Length == 3 && IsUpper(text, end))
        {
            (code, end) = (word.ToUpperInvariant(), end + 1); // "$5 CAD"
        }
        else if (word is "dollars" or "dollar" or "euros" or "euro" || (word is "bucks" && code == "USD"))
        {
            end++;
        }

        if (text[first - 1].IsSymbol('-') && text[first].IsJoined && !text[first - 1].IsJoined)
        {
            (first, isNegative) = (first - 1, true);
        }

        Add(text, first, end, isNegative ? -number.Value : number.Value, code, Sign, matches);
        return true;
    }

    // "5 dollars", "three Canadian dollars", "5 USD", "20 cents", "5€", "5 dollars and 20 cents".
    private static void TryBehind(EntityText text, int index, List<EntityMatch> matches)
    {
        if (text.IsInsideWord(text[index].Start) || !NumberReader.TrySigned(text, index, out var number))
        {
            number = text[index].Lower is "a" or "an" or "one" ? new NumberMatch(index + 1, 1, false) : default;
            if (number.End == 0 || !Currencies.Names.ContainsKey(text[index + 1].Lower) || text[index + 1].Is("won") || text[index + 1].Is("real") || text[index + 1].Is("mark"))
            {
                return;
            }
        }

        number = WithComma(text, number);
        var joint = text[number.End].IsSymbol('-') && text[number.End].IsJoined && text[number.End + 1].IsJoined ? number.End + 1 : number.End;
        number = text[number.End].IsJoined && text[number.End].Kind is TokenKind.Word ? Letters(text, number) : number;
        if (Unit(text, joint == number.End ? number.End : joint) is not { } unit)
        {
            return;
        }

        var value = unit.IsHundredth ? number.Value / 100 : number.Value;
        var end = unit.End;
        if (!unit.IsHundredth)
        {
            // "thirteen dollars forty-five", "and 20 cents"
            if (text[number.End].Lower is "dollars" or "dollar" or "euros" or "pounds" && NumberWordReader.TryCardinal(text, end, out var small, out var hundredths) && hundredths is >= 10 and < 100 && !Currencies.Hundredths.ContainsKey(text[small].Lower))
            {
                (value, end) = (value + (hundredths / 100), small);
            }

            var rest = text[end].Is("and") ? end + 1 : end;
            if (NumberReader.TryRead(text, rest, out var cents) && Currencies.Hundredths.ContainsKey(text[cents.End].Lower) && cents.Value is < 100)
            {
                (value, end) = (value + (cents.Value / 100), cents.End + 1);
            }
        }

        Add(text, index, end, value, unit.Code, unit.Confidence, matches);
    }

    private static (string? Code, int End, bool IsHundredth, double Confidence)? Unit(EntityText text, int index)
    {
        var word = text[index].Lower;
        if (Currencies.Signs.TryGetValue(word, out var sign) && !(text[index + 1].IsJoined && text[index + 1].Kind is TokenKind.Digits))
        {
            return (sign, index + 1, false, Sign);
        }

        if (Currencies.Hundredths.TryGetValue(word, out var whole))
        {
            return (whole.Length > 0 ? whole : null, index + 1, true, Name);
        }

        if (text[index].Length == 3 && Currencies.Codes.Contains(word) && (IsUpper(text, index) || text[index].IsJoined) && word is not "try")
        {
            return (word == "rmb" ? "CNY" : word.ToUpperInvariant(), index + 1, false, Sign);
        }

        // "us dollars", "hong kong dollars", "u.s. dollars"
        var country = "";
        for (var words = 0; words < 4; words++)
        {
            var name = text[index + words].Lower;
            if (Currencies.Names.TryGetValue(name, out var code))
            {
                var singular = name is "pesos" or "francs" or "dollars" or "pounds" or "rupees" or "rubles" or "roubles" or "dinars" ? name[..^1] : name == "kroner" ? "krone" : name == "kronor" ? "krona" : name;
                var end = index + words + 1 + (name is "pound" or "pounds" && text[index + words + 1].Is("sterling") ? 1 : 0);
                if (words > 0)
                {
                    return Currencies.Countries.TryGetValue(country + singular, out var named) ? (named, end, false, Sign) : null;
                }

                var isAmbiguous = name is "won" or "real" or "rand" or "mark" or "marks" or "buck" or "pound" or "pounds";
                return (code.Length > 0 ? code : null, end, false, isAmbiguous ? Ambiguous : Name);
            }

            country += text[index + words].IsSymbol('.') ? "" : text[index + words + 1].IsSymbol('.') && text[index + words].Is("u") ? "u" : name + " ";
        }

        return null;
    }

    // "5,00 EUR": beside a currency the comma is no list's.
    private static NumberMatch WithComma(EntityText text, NumberMatch number) =>
        number is { IsPlain: true, Value: { } value } && NumberReader.Hundredths(text, number.End) is { } hundredths
            ? new NumberMatch(number.End + 2, value + (decimal.Parse(hundredths, System.Globalization.CultureInfo.InvariantCulture) / 100), false) : number;

    // "$5m", "£3bn", "5k": letters that multiply, right behind the digits or one space away.
    private static NumberMatch Letters(EntityText text, NumberMatch number)
    {
        decimal factor = text[number.End].Lower switch { "m" or "mm" or "mil" => 1_000_000, "b" => 1_000_000_000, "t" => 1_000_000_000_000, "k" => 1_000, _ => 0 };
        return factor == 0 || !text[number.End].IsJoined ? number : new NumberMatch(number.End + 1, NumberReader.Times(number.Value, factor), false);
    }

    private static bool IsUpper(EntityText text, int index) => char.IsUpper(text.Text[text[index].Start]) && char.IsUpper(text.Text[text[index].End - 1]);

    private static void Add(EntityText text, int first, int end, decimal? value, string? code, double confidence, List<EntityMatch> matches) =>
        matches.Add(new EntityMatch(text[first].Start, text[end - 1].End, EntityTypes.Money, value is { } amount ? EntityJson.Money(amount, code) : null, confidence));
}
