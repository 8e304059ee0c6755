namespace Conductor.Providers.Local.Entities;

/// <summary>Numbers with something behind them: percentages, temperatures, dimensions, ages; and numbers alone.</summary>
internal static class MeasureRecognizer
{
    public static void Find(EntityText text, List<EntityMatch> matches)
    {
        var free = 0; // the first token that is in no number yet
        for (var index = 0; index < text.Count; index++)
        {
            if (text[index].Is("age") || text[index].Is("aged"))
            {
                AgeBehind(text, index, matches);
            }

            if (index < free || IsPartOfAWord(text, index) || !NumberReader.TrySigned(text, index, out var number))
            {
                continue;
            }

            free = number.End;
            With(text, index, number, matches);
            AddNumber(text, index, number, matches);
        }
    }

    private static void With(EntityText text, int index, NumberMatch number, List<EntityMatch> matches)
    {
        var end = number.End;
        var hyphen = text[end].IsSymbol('-') && text[end].IsJoined && text[end + 1].IsJoined ? 1 : 0;
        if (number.Value is not { } value)
        {
            return;
        }

        if (Percent(text, end) is { } afterPercent)
        {
            matches.Add(Create(text, index, afterPercent, EntityTypes.Percent, EntityJson.Number(value), 0.98));
            return;
        }

        if (Degrees(text, end) is { } degrees)
        {
            matches.Add(Create(text, index, degrees.End, EntityTypes.Temperature, EntityJson.Quantity(value, degrees.Unit), degrees.Unit == "degree" ? 0.75 : 0.97));
            return;
        }

        if (Age(text, end + hyphen) is { } age && value >= 0)
        {
            matches.Add(Create(text, index, age.End, EntityTypes.Age, EntityJson.Quantity(value, age.Unit), 0.95));
        }
        else if (Units.Read(text, end + hyphen) is { } unit)
        {
            // "5 foot 3", "six feet two inches" stay two: each is true by itself.
            matches.Add(Create(text, index, unit.End, EntityTypes.Dimension, EntityJson.Quantity(value, unit.Unit), unit.Unit is "lb" or "stone" or "cup" ? 0.75 : 0.92));
        }
    }

    private static int? Percent(EntityText text, int index)
    {
        if ((text[index].IsSymbol('%') && !(text[index + 1].IsJoined && text[index + 1].Kind is not TokenKind.Symbol)) || text[index].Is("percent") || text[index].Is("pct") || text[index].Is("percents") || text[index].Is("percentage") && text[index + 1].Lower is not ("point" or "points"))
        {
            return index + (text[index + 1].Is("points") && text[index].Is("percent") ? 2 : 1);
        }

        return text[index].Is("per") && text[index + 1].Is("cent") ? index + 2
            : text[index].Is("percentage") && text[index + 1].Lower is "point" or "points" ? index + 2 : null;
    }

    private static (string Unit, int End)? Degrees(EntityText text, int index)
    {
        var end = index;
        if (text[end].IsSymbol('°') || text[end].IsSymbol('º') || text[end].Lower is "degree" or "degrees" or "deg")
        {
            end += text[end].Is("deg") && text[end + 1].IsSymbol('.') ? 2 : 1;
        }

        var name = text[end].Lower;
        var unit = name is "celsius" or "centigrade" || (end > index && name == "c") ? "C"
            : name is "fahrenheit" || (end > index && name == "f") ? "F"
            : name is "kelvin" || (end > index && name == "k") ? "K" : null;
        if (unit is not null)
        {
            return (unit, end + 1);
        }

        // "20C" and "20 C" in capitals; a lower-case letter is too little.
        if (end == index && name is "c" or "f" && char.IsUpper(text.Text[text[end].Start]) && !(text[end + 1].IsJoined && text[end + 1].Kind is not TokenKind.Symbol))
        {
            return (name.ToUpperInvariant(), end + 1);
        }

        return text[index].IsSymbol('℃') ? ("C", index + 1) : text[index].IsSymbol('℉') ? ("F", index + 1) : end > index ? ("degree", end) : null;
    }

    // "ten years old", "8-month-old", "ninety five years of age", "87 y/o"
    private static (string Unit, int End)? Age(EntityText text, int index)
    {
        if (text[index].Lower is "yo" || (text[index].Is("y") && text[index + 1].IsSymbol('/') && text[index + 2].Is("o")))
        {
            return ("year", index + (text[index].Is("yo") ? 1 : 3));
        }

        var unit = text[index].Lower switch
        {
            "year" or "years" or "yr" or "yrs" => "year",
            "month" or "months" => "month",
            "week" or "weeks" => "week",
            "day" or "days" => "day",
            _ => null,
        };
        if (unit is null)
        {
            return null;
        }

        var next = text[index + 1].IsSymbol('-') && text[index + 1].IsJoined ? index + 2 : index + 1;
        return text[next].Lower is "old" or "olds" ? (unit, next + 1) : text[next].Is("of") && text[next + 1].Is("age") ? (unit, next + 2) : null;
    }

    private static void AgeBehind(EntityText text, int index, List<EntityMatch> matches)
    {
        var number = text[index + 1].Is("of") ? index + 2 : index + 1;
        if (text[number].Kind is TokenKind.Digits && NumberReader.TryRead(text, number, out var age) && age is { IsPlain: true, Value: { } value and < 130 } && !(text[age.End].IsSymbol('-') && text[age.End].IsJoined))
        {
            matches.Add(Create(text, index, age.End, EntityTypes.Age, EntityJson.Quantity(value, "year"), 0.9));
        }
    }

    private static void AddNumber(EntityText text, int index, NumberMatch number, List<EntityMatch> matches)
    {
        // Letters behind digits make something else of them: a name ("A4", "747s"), an ordinal, a unit.
        var behind = text[number.End];
        if (behind is { IsJoined: true, Kind: TokenKind.Word } && text[number.End - 1].Kind is TokenKind.Digits)
        {
            return;
        }

        // "one" is a pronoun more often than a number.
        if (text[index].Is("one") && number.End == index + 1 && (text.Count > 1 && (text[index - 1].Kind is TokenKind.Word || text[index + 1].Lower is "of" or "another" or "'" or "’")))
        {
            return;
        }

        matches.Add(Create(text, index, number.End, EntityTypes.Number, number.Value is { } value ? EntityJson.Number(value) : null, text[index].Kind is TokenKind.Word ? 0.85 : 0.9));
    }

    private static bool IsPartOfAWord(EntityText text, int index) =>
        text[index].IsJoined && text[index].Kind is not TokenKind.Symbol && text[index - 1].Kind is not TokenKind.Symbol
        || (text[index].IsJoined && text[index].Kind is TokenKind.Digits && text[index - 1].Lower is "_" or "#" or "@");

    private static EntityMatch Create(EntityText text, int first, int end, string type, System.Text.Json.JsonElement? value, double confidence) =>
        new(text[first].Start, text[end - 1].End, type, value, confidence);
}
