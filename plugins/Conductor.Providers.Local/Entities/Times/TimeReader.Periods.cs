namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    private static TimePart Stretch(int end, DateTime? from, DateTime? to, double confidence = 0.93) => new(end, EntityTypes.DateRange, from, to, Confidence: confidence);

    private static TimePart Stretch(int end, DateTime? from, char unit, double count, double confidence = 0.93) => Stretch(end, from, Add(from, unit, count), confidence);

    /// <summary>A stretch of days that has a name: a year, a month, a week, a season.</summary>
    private TimePart? Period(int index)
    {
        var period = Longest(Longest(YearPeriod(index), MonthPeriod(index)), Longest(Relative(index), Longest(Counted(index), Longest(Quarter(index), Longest(WeekPeriod(index), Season(index))))));
        return Longest(period, PartOf(index));
    }

    // "2018", "year 2012", "the year 2012", "the 1990s", "the 90s".
    private TimePart? YearPeriod(int index)
    {
        var start = IsThe(index) && text[index + 1].Is("year") ? index + 2 : text[index].Is("year") ? index + 1 : index;
        var year = text[start].IsJoined && text[start - 1].Kind is not TokenKind.Symbol ? 0 : Year(start, out _);
        if (year > 0 && text[start].Kind is TokenKind.Digits)
        {
            var isNumber = text[start].IsJoined && text[start - 1].Lower is "$" or "€" or "£" or "." or "," or "#" or "+" or ":" or "/" && text[start - 2].Kind is TokenKind.Digits or TokenKind.None || text[start].IsJoined && text[start - 1].Lower is "$" or "€" or "£" or "#" or "+"
                || (text[start + 1].IsJoined && text[start + 1].Lower is "." or "," or "%" or "/" && text[start + 2] is { Kind: TokenKind.Digits, IsJoined: true }) || text[start + 1].Is("%") || (text[start + 1].IsJoined && text[start + 1].IsSymbol('-') && text[start + 2] is { Kind: TokenKind.Digits, IsJoined: true, Length: not 4 });
            return isNumber || (start == index && year is < 1700 or > 2100) ? null : Stretch(start + 1, Date(year, 1, 1), 'Y', 1, start > index ? 0.95 : 0.7);
        }

        // "1990s", "90s", "'90s", "1990's"
        var decade = IsThe(index) ? index + 1 : index;
        decade += text[decade].Lower is "'" or "’" ? 1 : 0;
        if (text[decade] is { Kind: TokenKind.Digits, Length: 2 or 4 } digits && digits.Lower[^1] == '0' && text[decade + 1].IsJoined)
        {
            var end = text[decade + 1].Is("s") ? decade + 2 : text[decade + 1].Lower is "'" or "’" && text[decade + 2] is { Lower: "s", IsJoined: true } ? decade + 3 : 0;
            if (end > 0 && (digits.Length == 4 || decade > index))
            {
                var first = digits.Length == 4 ? Number(digits.Lower) : TwoDigitYear(Number(digits.Lower));
                return Stretch(end, Date(first, 1, 1), 'Y', 10);
            }
        }

        return null;
    }

    // "May 2018", "Dec-2018", "next March", "2018-12", "12/2018", "in May".
    private TimePart? MonthPeriod(int index)
    {
        var direction = TimeWords.Direction(text[index].Lower);
        var start = direction is null ? index : index + 1;
        if (TimeWords.Months.TryGetValue(text[start].Lower, out var month))
        {
            var dotted = MonthEnd(start);
            var at = text[dotted].Lower is "," or "-" or "/" ? dotted + 1 : Skip(dotted, "of");
            var year = Year(at, out var end);
            if (year > 0)
            {
                return Stretch(end, Date(year, month, 1), 'M', 1, 0.97);
            }

            if (direction is { } away)
            {
                var shift = away > 0 && month <= now.Month ? 1 : away < 0 && month >= now.Month ? -1 : 0;
                return Stretch(start + 1, Date(now.Year + shift, month, 1), 'M', 1, 0.93);
            }

            var isMonth = text[start].Lower is not ("may" or "march" or "mar" or "jan" or "jun" or "sep" or "dec") ? text[start].Length > 3 || char.IsUpper(text.Text[text[start].Start])
                : text[start - 1].Lower is "in" or "of" or "since" or "until" or "till" or "by" or "early" or "late" or "mid" or "during" or "from" or "to" or "between" or "through" or "and" or "for" or "-" or "before" or "after";
            var next = Date(now.Year, month, 1) is { } here && month >= now.Month ? here : Date(now.Year + 1, month, 1);
            return isMonth ? Stretch(start + 1, next, 'M', 1, 0.85) with { IsYearOpen = true } : null;
        }

        if (text[index].Kind is TokenKind.Digits && text[index + 1].Lower is "-" or "/" && text[index + 1].IsJoined && text[index + 2] is { Kind: TokenKind.Digits, IsJoined: true } second
            && !(text[index + 3].IsJoined && text[index + 3].Kind is not TokenKind.Symbol) && !text[index + 3].Is(text[index + 1].Lower) && !(text[index].IsJoined && text[index - 1].Lower is "-" or "/" or "."))
        {
            var (one, two) = (Number(text[index].Lower), Number(second.Lower));
            var (year, of) = text[index].Length == 4 && second.Length <= 2 ? (one, two) : second.Length == 4 && text[index].Length <= 2 ? (two, one) : (0, 0);
            return year is >= 1000 and <= 2200 && of is >= 1 and <= 12 ? Stretch(index + 3, Date(year, of, 1), 'M', 1, 0.8) : null;
        }

        return null;
    }

    // "next week", "this month", "last year", "the weekend", "the same year".
    private TimePart? Relative(int index)
    {
        var direction = TimeWords.Direction(text[index].Lower);
        var at = direction is null ? index : index + 1;
        at = text[at].Lower is "coming" or "past" or "calendar" or "fiscal" or "business" or "working" ? at + 1 : at;
        var name = text[at].Lower;
        if (direction is null && (name is not ("weekend" or "week" or "month" or "year") || !(IsThe(index - 1) || text[index - 1].Lower is "of" or "my" || name is "weekend")))
        {
            return null;
        }

        if (!TimeWords.Units.TryGetValue(name, out var unit) || (name[^1] == 's' && name is not "yrs"))
        {
            return null;
        }

        var away = direction ?? 0;
        var from = unit switch
        {
            'W' or 'E' => Add(WeekOf(Today), 'D', unit == 'E' ? 5 : 0),
            'M' => Date(now.Year, now.Month, 1),
            'Q' => Date(now.Year, ((now.Month - 1) / 3 * 3) + 1, 1),
            'Y' => Date(now.Year, 1, 1),
            'X' => Date(Math.Max(1, now.Year / 10 * 10), 1, 1),
            'C' => Date(Math.Max(1, now.Year / 100 * 100), 1, 1),
            'F' => WeekOf(Today),
            _ => null,
        };
        if (from is null || (direction is null && name is not "weekend"))
        {
            return null;
        }

        from = Add(from, unit, away);
        return unit == 'E' ? Stretch(at + 1, from, 'D', 2) : Stretch(at + 1, from, unit, 1, text[index].Is("same") ? 0.6 : 0.95);
    }

    // "next 3 weeks", "the past few days", "5 coming minutes", "last two years".
    private TimePart? Counted(int index)
    {
        var direction = TimeWords.Direction(text[index].Lower);
        var length = direction is not null ? LengthAt(index + 1) : null;
        if (direction is null && NumberReader.TryRead(text, index, out var number) && TimeWords.Direction(text[number.End].Lower) is { } inside and not 0
            && TimeWords.Units.TryGetValue(text[number.End + 1].Lower, out var unit) && number.Value is { } count)
        {
            (direction, length) = (inside, new Length(number.End + 2, [(unit, (double)count)]));
        }

        if (direction is not { } sign || sign == 0 || length is null || (text[index + 1].Lower is "a" or "an" or "another" && length.End == index + 3))
        {
            return null;
        }

        var (start, type) = length.IsOfDays ? (Today, EntityTypes.DateRange) : (now, EntityTypes.DateTimeRange);
        var first = sign < 0 ? length.From(start, -1) : length.IsOfDays ? Add(start, 'D', 1) : start;
        return new TimePart(length.End, type, first, sign < 0 ? start : length.From(first, 1), Confidence: 0.93);
    }

    // "Q1 2018", "first quarter of 2018", "2018 Q3", "second half of last year".
    private TimePart? Quarter(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        var (size, nth, end) = (0, 0, start);
        if (text[start].Lower is "q" or "h" && text[start + 1] is { Kind: TokenKind.Digits, Length: 1, IsJoined: true } digit && !(text[start + 2] is { Kind: TokenKind.Word, IsJoined: true }))
        {
            (size, nth, end) = (text[start].Is("q") ? 3 : 6, Number(digit.Lower), start + 2);
        }
        else if (OrdinalRecognizer.Small(text, start, out var ordinalEnd) is > 0 and var ordinal && text[ordinalEnd].Lower is "quarter" or "half" && text[ordinalEnd + 1].Lower is "of" or "in" or "'" or "," || OrdinalRecognizer.Small(text, start, out ordinalEnd) is > 0 and var bare && (ordinal = bare) > 0 && text[ordinalEnd].Is("quarter"))
        {
            (size, nth, end) = (text[ordinalEnd].Is("quarter") ? 3 : 6, ordinal, ordinalEnd + 1);
        }

        var leadingYear = size == 0 ? Year(index, out end) : 0;
        if (leadingYear > 0 && text[end].Is("q") && text[end + 1] is { Kind: TokenKind.Digits, Length: 1, IsJoined: true } behind)
        {
            return Number(behind.Lower) is >= 1 and <= 4 and var quarter ? Stretch(end + 2, Date(leadingYear, (quarter * 3) - 2, 1), 'M', 3, 0.95) : null;
        }

        if (size == 0 || nth < 1 || nth * size > 12)
        {
            return null;
        }

        var at = Skip(Skip(Skip(SkipComma(end), "of"), "in"), "the");
        var year = Year(at, out var yearEnd);
        if (year == 0 && TimeWords.Direction(text[at].Lower) is { } away && text[at + 1].Is("year"))
        {
            (year, yearEnd) = (now.Year + away, at + 2);
        }

        return Stretch(year > 0 ? yearEnd : end, Date(year > 0 ? year : now.Year, (nth * size) - size + 1, 1), 'M', size, year > 0 ? 0.95 : 0.8);
    }

    // "week 12", "week of the 18th", "the last week of July 2016".
    private TimePart? WeekPeriod(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        if (text[start].Is("week") && text[start + 1] is { Kind: TokenKind.Digits, Length: <= 2 } number && Number(number.Lower) is >= 1 and <= 53 and var week)
        {
            return Stretch(start + 2, Add(WeekOf(Date(now.Year, 1, 4)), 'W', week - 1), 'W', 1, 0.85);
        }

        if (text[start].Is("week") && text[start + 1].Is("of") && Longest(Day(start + 2), OrdinalDay(start + 2)) is { IsDay: true } day)
        {
            return Stretch(day.End, WeekOf(day.From), 'W', 1);
        }

        var isLast = text[start].Is("last");
        var end = start + 1;
        var nth = isLast ? 0 : OrdinalRecognizer.Small(text, start, out end);
        if ((!isLast && nth is 0 or > 5) || !text[end].Is("week") || text[end + 1].Lower is not ("of" or "in") || Longest(MonthPeriod(Skip(end + 2, "the")), Longest(Relative(Skip(end + 2, "the")), YearPeriod(end + 2))) is not { From: { } from, To: { } to } period)
        {
            return null;
        }

        // The first week is the one with the first Thursday: most of its days lie inside.
        var first = isLast ? WeekOf(Add(to, 'D', -1)) : Add(WeekOf(Add(from, 'D', 3)), 'W', nth - 1);
        return Stretch(period.End, first, 'W', 1);
    }

    private TimePart? OrdinalDay(int index)
    {
        var day = DayOfMonth(Skip(index, "the"), out var end, out var isOrdinal);
        return day > 0 && isOrdinal ? new TimePart(end, EntityTypes.Date, NextDayOfMonth(day)) : null;
    }

    // "summer", "last winter", "spring of 2016".
    private TimePart? Season(int index)
    {
        var direction = TimeWords.Direction(text[index].Lower);
        var start = direction is null ? IsThe(index) ? index + 1 : index : index + 1;
        if (!TimeWords.Seasons.TryGetValue(text[start].Lower, out var month))
        {
            return null;
        }

        var year = Year(Skip(SkipComma(start + 1), "of"), out var end);
        if (year == 0 && direction is null && text[start].Lower is "fall" or "spring")
        {
            return null; // to fall, to spring
        }

        return Stretch(year > 0 ? end : start + 1, Date(year > 0 ? year : now.Year + (direction ?? 0), month, 1), 'M', 3, year > 0 || direction is not null ? 0.9 : 0.6);
    }

    // "early 2018", "mid-May", "the end of the week", "later this month", "the rest of the year".
    private TimePart? PartOf(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        var word = text[start].Lower;
        var of = text[start + 1].Is("of") ? Skip(start + 2, "the") : -1;
        var inner = word switch
        {
            "early" or "mid" or "late" => text[start + 1].IsSymbol('-') ? start + 2 : start + 1,
            "later" or "earlier" when TimeWords.Direction(text[start + 1].Lower) == 0 => start + 1,
            "end" or "beginning" or "start" or "middle" or "rest" => of >= 0 ? of : TimeWords.Direction(text[start + 1].Lower) is not null ? start + 1 : -1,
            _ => -1,
        };
        if (inner < 0)
        {
            return null;
        }

        if (word == "end" && (text[inner].Is("day") || (TimeWords.Direction(text[inner].Lower) == 0 && text[inner + 1].Is("day"))))
        {
            return new TimePart(text[inner].Is("day") ? inner + 1 : inner + 2, EntityTypes.DateTime, Add(Add(Today, 'D', 1), 'S', -1), Confidence: 0.85);
        }

        if (word == "end" && Day(inner) is { From: { } day } last)
        {
            return new TimePart(last.End, EntityTypes.DateTime, Add(Add(day, 'D', 1), 'S', -1), Confidence: 0.8);
        }

        var period = Longest(Longest(Relative(inner), UnitOfNow(inner)), Longest(Longest(YearPeriod(inner), MonthPeriod(inner)), Longest(Quarter(inner), Season(inner))));
        if (period is not { From: { } from, To: { } to })
        {
            return null;
        }

        var span = to - from;
        var (first, until) = word switch
        {
            "early" or "beginning" or "start" => (from, from + (span / 3)),
            "mid" or "middle" => (from + (span / 3), from + (span * 2 / 3)),
            "later" or "rest" => (Today > from && Today < to ? Today : from, to),
            "earlier" => (from, Today > from && Today < to ? Today : to),
            _ => (from + (span * 2 / 3), to),
        };
        return Stretch(period.End, first.Date, until.Date, 0.85);
    }

    // "the week" inside "the end of the week" is this one.
    private TimePart? UnitOfNow(int index) => text[index].Lower switch
    {
        "week" => Stretch(index + 1, WeekOf(Today), 'W', 1),
        "month" => Stretch(index + 1, Date(now.Year, now.Month, 1), 'M', 1),
        "year" => Stretch(index + 1, Date(now.Year, 1, 1), 'Y', 1),
        _ => null,
    };
}
