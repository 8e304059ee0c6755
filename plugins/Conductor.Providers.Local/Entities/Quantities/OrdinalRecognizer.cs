using System.Globalization;

namespace Conductor.Providers.Local.Entities;

/// <summary>Places in an order: "11th", "twenty first", "the third".</summary>
internal static class OrdinalRecognizer
{
    public static void Find(EntityText text, List<EntityMatch> matches)
    {
        var free = 0;
        for (var index = 0; index < text.Count; index++)
        {
            if (index < free || text.IsInsideWord(text[index].Start) || !TryRead(text, index, out var end, out var value))
            {
                continue;
            }

            free = end;

            // "second" is a unit of time, "a third" a part.
            var isDoubtful = text[end - 1].Lower is "second" or "third" or "quarter" && end == index + 1 && text[index - 1].Lower is "a" or "one" or "per" or "each" or "every";
            if (!isDoubtful)
            {
                matches.Add(new EntityMatch(
                    text[index].Start, text[end - 1].End, EntityTypes.Ordinal, value is { } place ? EntityJson.Number(place) : null, text[index].Kind is TokenKind.Digits ? 0.95 : 0.85));
            }
        }
    }

    /// <summary>Reads the ordinal that begins at a token; the value is null where it is too large.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">The token.</param>
    /// <param name="end">The token after it.</param>
    /// <param name="value">The place in the order.</param>
    /// <param name="isPlural">Whether the last word has an s: "twenty-firsts".</param>
    public static bool TryRead(EntityText text, int index, out int end, out decimal? value, bool isPlural = false)
    {
        (end, value) = (index, null);
        if (text[index].Kind is TokenKind.Digits)
        {
            if (!NumberReader.TryRead(text, index, out var number) || text[number.End] is not { IsJoined: true, Lower: "st" or "nd" or "rd" or "th" })
            {
                return false;
            }

            (end, value) = (number.End + 1, number.Value);
            return value is null || value == decimal.Truncate(value.Value);
        }

        if (text[index].Kind is not TokenKind.Word)
        {
            return false;
        }

        var last = index;
        var before = 0m;
        if (NumberWordReader.TryCardinal(text, index, out var cardinalEnd, out var cardinal))
        {
            (last, before) = (cardinalEnd, cardinal);
            last += text[last].IsSymbol('-') && text[last].IsJoined ? 1 : text[last].Is("and") ? 1 : 0;
        }

        var name = text[last].Lower;
        if (isPlural)
        {
            if (name.Length < 4 || name[^1] != 's')
            {
                return false;
            }

            name = name[..^1];
        }

        if (NumberWords.OrdinalUnits.TryGetValue(name, out var unit) && (last == index || (before % 10 == 0 && before % 100 is 0 or >= 20 && (unit < 10 || before % 100 == 0))))
        {
            (end, value) = (last + 1, before + unit);
        }
        else if (NumberWords.OrdinalTens.TryGetValue(name, out var tens) && (last == index || before % 100 == 0))
        {
            (end, value) = (last + 1, before + tens);
        }
        else if (NumberWords.OrdinalScales.TryGetValue(name, out var scale))
        {
            (end, value) = (last + 1, NumberReader.Times(last == index ? 1 : before, scale));
        }

        return end > index;
    }

    /// <summary>Reads the ordinal of a day or a week, 1 to 366; 0 for none.</summary>
    public static int Small(EntityText text, int index, out int end) =>
        TryRead(text, index, out end, out var value) && value is >= 1 and <= 366 ? int.Parse(value.Value.ToString("0", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : 0;
}
