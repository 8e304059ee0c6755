using System.Globalization;

namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    /// <summary>A length of time: number and unit, up to four of them together.</summary>
    /// <param name="End">The token after it.</param>
    /// <param name="Parts">Units, as in <see cref="TimeWords.Units"/>, and how many of each.</param>
    private sealed record Length(int End, List<(char Unit, double Count)> Parts)
    {
        public bool IsOfDays => Parts.TrueForAll(part => part.Unit is not ('H' or 'm' or 'S'));

        public DateTime? From(DateTime? start, int sign) => Parts.Aggregate(start, (time, part) => Add(time, part.Unit, sign * part.Count));

        public string Iso()
        {
            var (days, hours) = ("", "");
            foreach (var (unit, count) in Parts)
            {
                var (factor, letter) = unit switch { 'X' => (10, 'Y'), 'C' => (100, 'Y'), 'Q' => (3, 'M'), 'F' => (2, 'W'), 'E' => (1, 'W'), 'B' => (1, 'D'), 'm' => (1, 'M'), _ => (1, unit) };
                var part = (count * factor).ToString("0.######", CultureInfo.InvariantCulture) + letter;
                if (unit is 'H' or 'm' or 'S')
                {
                    hours += part;
                }
                else
                {
                    days += part;
                }
            }

            return "P" + days + (hours.Length > 0 ? "T" + hours : "");
        }
    }

    private TimePart? Duration(int index)
    {
        if (text[index].Lower is "all" or "whole" or "full" or "entire" && text[index + 1].Lower is "day" or "week" or "month" or "year" or "night")
        {
            var unit = text[index + 1].Is("night") ? 'D' : TimeWords.Units[text[index + 1].Lower];
            return new TimePart(index + 2, EntityTypes.Duration, null, Iso: new Length(index + 2, [(unit, 1)]).Iso(), Confidence: 0.8);
        }

        return LengthAt(index) is { } length
            ? new TimePart(length.End, EntityTypes.Duration, null, Iso: length.Iso(), Confidence: length.Parts is [('S', _)] ? 0.85 : 0.95) : null;
    }

    private Length? LengthAt(int index)
    {
        if (OneLength(index) is not { } first)
        {
            return null;
        }

        var length = first;
        while (length.Parts.Count < 4)
        {
            var next = text[length.End].IsSymbol(',') && text[length.End + 1].Is("and") ? length.End + 2 : Skip(length.End, "and");
            if (OneLength(next) is not { } more || Rank(more.Parts[0].Unit) >= Rank(length.Parts[^1].Unit) || text[next].Lower is "a" or "an" && next == length.End)
            {
                break;
            }

            length = new Length(more.End, [.. length.Parts, .. more.Parts]);
        }

        return length;
    }

    private static int Rank(char unit) => "SmHDBWFMQYXC".IndexOf(unit, StringComparison.Ordinal);

    // "2 hours", "2.5hrs", "an hour and a half", "half a year", "two and a half days", "a few weeks", "30-minute".
    private Length? OneLength(int index)
    {
        var (count, end) = (0.0, index);
        if (text[index].Is("half") && text[index + 1].Lower is "a" or "an" && TimeWords.Units.TryGetValue(text[index + 2].Lower, out var halved))
        {
            return new Length(index + 3, [(halved, 0.5)]);
        }

        if (text.IsInsideWord(text[index].Start))
        {
            return null;
        }

        var start = text[index].Lower is "a" or "another" or "an" ? index + 1 : index;
        if (text[start].Lower is "few" or "several" or "couple")
        {
            count = text[start].Is("couple") ? 2 : 3;
            end = text[start].Is("couple") && text[start + 1].Is("of") ? start + 2 : start + 1;
        }
        else if (start > index && !NumberWords.Scales.ContainsKey(text[start].Lower) && !text[start].Is("hundred") && !text[start].Is("dozen"))
        {
            (count, end) = (1, start);
        }
        else if (NumberReader.TryRead(text, index, out var number) && number.Value is { } value)
        {
            (count, end) = ((double)value, number.End);
        }
        else
        {
            return null;
        }

        var hyphen = text[end].IsSymbol('-') && text[end].IsJoined && text[end + 1].IsJoined ? 1 : 0;
        var isBusiness = text[end + hyphen].Lower is "business" or "working" or "work";
        var unitAt = end + hyphen + (isBusiness ? 1 : text[end + hyphen].Lower is "more" or "full" or "whole" or "long" or "calendar" ? 1 : 0);
        var name = text[unitAt].Lower;
        if (!TimeWords.Units.TryGetValue(name, out var unit))
        {
            unit = text[unitAt].IsJoined && text[unitAt - 1].Kind is TokenKind.Digits ? name switch { "h" => 'H', _ when !text.IsSmall(unitAt) => '\0', "d" => 'D', "y" => 'Y', "w" => 'W', "s" => 'S', _ => '\0' } : '\0';
            unit = name is "night" or "nights" && end > start ? 'D' : unit;
        }

        if (unit == '\0' || (start > index && end == start && name.EndsWith('s')) || (unit == 'S' && name == "second" && text[index].Lower is "a" or "the"))
        {
            return null;
        }

        end = unitAt + 1;
        if (NumberWordReader.TryAndPart(text, end, out var part, out var partEnd))
        {
            (count, end) = (count + (double)part, partEnd);
        }

        return new Length(end, [(isBusiness && unit == 'D' ? 'B' : unit, count)]);
    }

    /// <summary>A time that lies a length away: "2 weeks ago", "in two weeks", "3 days after Monday", "an hour from now".</summary>
    private TimePart? Away(int index)
    {
        if (text[index].Lower is "in" or "within")
        {
            var start = Skip(index + 1, "the");
            start = TimeWords.Direction(text[start].Lower) is 1 && text[index].Is("within") ? start + 1 : start;
            if (LengthAt(start) is not { } ahead)
            {
                return null;
            }

            var end = text[ahead.End].IsSymbol('\'') || text[ahead.End].IsSymbol('’') ? (text[ahead.End + 1].Is("time") ? ahead.End + 2 : ahead.End) : ahead.End;
            return text[index].Is("in")
                ? new TimePart(end, ahead.IsOfDays ? EntityTypes.Date : EntityTypes.DateTime, ahead.From(ahead.IsOfDays ? Today : now, 1), Confidence: 0.85)
                : new TimePart(end, ahead.IsOfDays ? EntityTypes.DateRange : EntityTypes.DateTimeRange, ahead.IsOfDays ? Today : now, ahead.From(ahead.IsOfDays ? Today : now, 1), Confidence: 0.85);
        }

        if (LengthAt(index) is not { } length)
        {
            return null;
        }

        var at = length.End;
        var sign = text[at].Lower switch { "ago" or "earlier" or "before" or "prior" => -1, "later" or "hence" or "after" or "from" => 1, _ => 0 };
        if (sign == 0)
        {
            return null;
        }

        var word = text[at].Lower;
        var type = length.IsOfDays ? EntityTypes.Date : EntityTypes.DateTime;
        if (word is "before" or "after" or "from" or "prior")
        {
            var next = word == "prior" ? Skip(at + 1, "to") : at + 1;
            if (word == "from" && text[next].Is("now"))
            {
                return new TimePart(next + 1, type, length.From(length.IsOfDays ? Today : now, 1), Confidence: 0.97);
            }

            return (length.IsOfDays ? Day(next) : PointInTime(next)) is { } anchor ? new TimePart(anchor.End, type, length.From(anchor.From, sign), Confidence: 0.93) : null;
        }

        // "2 hours ago tomorrow" is nobody's; "2 days ago at 3pm" is put together by the caller.
        return new TimePart(at + 1, type, length.From(length.IsOfDays ? Today : now, sign), Confidence: word is "ago" ? 0.97 : 0.8);
    }
}
