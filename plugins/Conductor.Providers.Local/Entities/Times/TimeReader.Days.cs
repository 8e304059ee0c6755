namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    // "the 1st of the week of the 1st of the week of ..." leads back here: nobody nests deeper.
    private const int DeepestDay = 2;

    private int _depth;

    /// <summary>A day of the calendar.</summary>
    private TimePart? Day(int index)
    {
        if (_depth > DeepestDay)
        {
            return null;
        }

        _depth++;
        var day = AnyDay(index);
        _depth--;
        return day;
    }

    private TimePart? AnyDay(int index)
    {
        var day = text[index].Kind switch
        {
            TokenKind.Digits => Longest(NumericDay(index, isLoose: false), DayMonth(index)),
            TokenKind.Word => Longest(Longest(MonthDay(index), NamedDay(index)), Longest(WeekdayDay(index), Longest(TheDay(index), Holiday(index)))),
            _ => null,
        };
        return Longest(Longest(day, NthWeekday(index)), index > 0 && text[index - 1].IsJoined && text[index - 1].IsSymbol('-') ? null : DayMonth(index));
    }

    // 2019-01-05, 1/5/2019, 5.1.2019, 1/5: the month comes first unless it cannot.
    private TimePart? NumericDay(int index, bool isLoose)
    {
        if (text[index].Kind is not TokenKind.Digits || text[index].IsJoined && (text[index - 1].Kind is not TokenKind.Symbol || (text[index - 1].Lower is "/" or "." or "-" && text[index - 2].Kind is TokenKind.Digits && text[index - 1].IsJoined && !isLoose && text[index - 1].Lower != "-")))
        {
            return null;
        }

        var mark = text[index + 1].Lower;
        if (mark is not ("-" or "/" or ".") || !text[index + 1].IsJoined || text[index + 2] is not { Kind: TokenKind.Digits, IsJoined: true } second)
        {
            return null;
        }

        var (one, two) = (Number(text[index].Lower), Number(second.Lower));
        var hasThird = text[index + 3].Is(mark) && text[index + 3].IsJoined && text[index + 4] is { Kind: TokenKind.Digits, IsJoined: true };
        if (!hasThird)
        {
            var isShort = (mark == "/" && text[index].Length <= 2 && second.Length <= 2) || (isLoose && mark is "." or "-" && text[index].Length <= 2 && second.Length <= 2);
            var (month, dayOfMonth) = one <= 12 ? (one, two) : (two, one);
            var isFraction = mark == "/" && ((one, two) is (24, 7) || text[index + 3].Is("of")); // "open 24/7", "3/4 of all"
            return isShort && !isFraction && !Continues(index + 3, mark) && Date(2024, month, dayOfMonth) is not null
                ? new TimePart(index + 3, EntityTypes.Date, NextDate(month, dayOfMonth), Confidence: isLoose ? 0.9 : 0.6) { IsYearOpen = true }
                : null;
        }

        var three = Number(text[index + 4].Lower);
        if (Continues(index + 5, mark))
        {
            return null;
        }

        var date = text[index].Length == 4 && text[index + 4].Length <= 2 ? Date(one, two, three)
            : text[index].Length <= 2 && second.Length <= 2 && text[index + 4].Length is 2 or 4
                ? Date(text[index + 4].Length == 2 ? TwoDigitYear(three) : three, one <= 12 ? one : two, one <= 12 ? two : one)
            : null;
        return date is null ? null : new TimePart(index + 5, EntityTypes.Date, date, Confidence: 0.97);
    }

    private bool Continues(int index, string mark) =>
        text[index].IsJoined && (text[index].Kind is TokenKind.Digits or TokenKind.Word && !text[index].Is("t") || (text[index].Is(mark) && text[index + 1] is { Kind: TokenKind.Digits, IsJoined: true } && mark != "-"));

    /// <summary>The day of a month: 5, 5th, fifth. 0 for none.</summary>
    private int DayOfMonth(int index, out int end, out bool isOrdinal)
    {
        isOrdinal = true;
        var day = OrdinalRecognizer.Small(text, index, out end);
        if (day == 0 && text[index] is { Kind: TokenKind.Digits, Length: <= 2 } digits)
        {
            (day, end, isOrdinal) = (Number(digits.Lower), index + 1, false);

            // "5:30", "5pm", "5.5"
            if (text[end].IsJoined && (text[end].Lower is ":" or "am" or "pm" or "%" || text[end].Kind is TokenKind.Word || (text[end].Lower is "." && text[end + 1] is { Kind: TokenKind.Digits, IsJoined: true })))
            {
                return 0;
            }
        }

        return day is >= 1 and <= 31 ? day : 0;
    }

    // "5 January 2019", "5th of May", "5-Jan-2019", "the 09th of May".
    private TimePart? DayMonth(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        var day = DayOfMonth(start, out var end, out var isOrdinal);
        if (day == 0 || text.IsInsideWord(text[start].Start))
        {
            return null;
        }

        end = text[end].Lower is "of" || (text[end].Lower is "-" or "/" or "." && text[end].IsJoined) ? end + 1 : end;
        if (!TimeWords.Months.TryGetValue(text[end].Lower, out var month) || !(isOrdinal || !IsThe(index)))
        {
            return isOrdinal && text[end - 1].Is("of") ? DayOfPeriod(day, end) : null;
        }

        return WithYear(MonthEnd(end), month, day);
    }

    // "the 1st of next month", "the 21st this month"
    private TimePart? DayOfPeriod(int day, int index) =>
        Period(index) is { From: { } from, To: { } to } period && to - from is { Days: >= 28 and <= 31 }
            ? new TimePart(period.End, EntityTypes.Date, Date(from.Year, from.Month, day)) : null;

    // "January 5th, 2019", "Jan-5-2019", "May the fifth".
    private TimePart? MonthDay(int index)
    {
        if (!TimeWords.Months.TryGetValue(text[index].Lower, out var month))
        {
            return null;
        }

        var end = MonthEnd(index);
        end = text[end].Lower is "-" or "/" && text[end].IsJoined && text[end + 1].IsJoined ? end + 1 : Skip(SkipComma(end), "the");
        var day = DayOfMonth(end, out end, out _);
        return day == 0 ? null : WithYear(end, month, day);
    }

    // "Jan." has its dot, "sept" none.
    private int MonthEnd(int index) => text[index + 1].IsSymbol('.') && text[index + 1].IsJoined && text[index].Length <= 4 && (text[index + 2].Kind is TokenKind.Digits or TokenKind.Word || text[index + 2].IsSymbol(',')) ? index + 2 : index + 1;

    private TimePart? WithYear(int end, int month, int day)
    {
        var at = text[end].Lower is "," or "-" or "/" or "." ? end + 1 : Skip(end, "of");
        at = Skip(at, "in");
        var year = Year(at, out var afterYear);
        if (year > 0 && !(text[at].Kind is TokenKind.Digits && text[afterYear].Is("-") && text[afterYear].IsJoined && text[end].Lower is not ("," or "-" or "/")))
        {
            return Date(year, month, day) is { } date ? new TimePart(afterYear, EntityTypes.Date, date, Confidence: 0.97) : null;
        }

        return Date(2024, month, day) is null ? null : new TimePart(end, EntityTypes.Date, NextDate(month, day), Confidence: 0.93) { IsYearOpen = true };
    }

    private TimePart? NamedDay(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        if (text[start].Is("day") && text[start + 1].Lower is "after" or "before" && text[start + 2].Lower is "tomorrow" or "yesterday")
        {
            var offset = (text[start + 1].Is("after") ? 1 : -1) + (text[start + 2].Is("tomorrow") ? 1 : -1);
            return new TimePart(start + 3, EntityTypes.Date, Add(Today, 'D', offset), Confidence: 0.97);
        }

        if (text[start].Is("next") && text[start + 1].Is("day") && start > index)
        {
            return new TimePart(start + 2, EntityTypes.Date, Add(Today, 'D', 1), Confidence: 0.6);
        }

        int? days = text[index].Lower switch { "today" => 0, "tomorrow" or "tmr" or "tmrw" or "tomorow" => 1, "yesterday" => -1, _ => null };
        return days is { } count ? new TimePart(index + 1, EntityTypes.Date, Add(Today, 'D', count), Confidence: 0.95) : null;
    }

    // "Friday", "next Friday", "Friday next week", "next week Friday", "Friday, 5 May", "Friday the 5th".
    private TimePart? WeekdayDay(int index)
    {
        var (at, weeks, isPast) = (index, (int?)null, false);
        if (text[at].Lower is "this" && text[at + 1].Lower is "past" or "coming" or "last")
        {
            (at, weeks, isPast) = (at + 2, text[at + 1].Is("coming") ? null : -1, !text[at + 1].Is("coming"));
        }
        else if (TimeWords.Direction(text[at].Lower) is { } direction)
        {
            isPast = text[at].Is("past");
            weeks = text[at].Lower is "coming" or "upcoming" ? null : direction;
            at++;
            if (text[at].Is("week") && direction != 0 || text[at].Is("week") && text[at - 1].Is("this"))
            {
                at++; // "next week Friday", "next week on Friday"
                at = Skip(at, "on");
            }
        }

        if (!TimeWords.Weekdays.TryGetValue(text[at].Lower, out var weekday) || !LooksLikeWeekday(at))
        {
            return null;
        }

        var end = text[at + 1].IsSymbol('.') && text[at + 1].IsJoined && text[at].Length <= 5 && text[at + 2].Kind is TokenKind.Digits ? at + 2 : at + 1;
        var date = isPast && weeks is not null ? PastWeekday(weekday) : weeks is { } known ? Weekday(weekday, known) : NextWeekday(weekday);
        if (at == index)
        {
            // "Friday next week", "Friday of last week"
            var week = Skip(end, "of");
            if (TimeWords.Direction(text[week].Lower) is { } away && text[week + 1].Is("week"))
            {
                return new TimePart(week + 2, EntityTypes.Date, Weekday(weekday, away), Confidence: 0.95);
            }
        }

        var next = Skip(SkipComma(end), "the");
        var full = Longest(NumericDay(next, isLoose: true), Longest(DayMonth(next), MonthDay(next)));
        if (full is not null)
        {
            return full with { Confidence = 0.97 };
        }

        var number = DayOfMonth(next, out var numberEnd, out var isOrdinal);
        if (number > 0 && (isOrdinal || (next == end && !text[end].IsJoined && text[numberEnd].Lower is not ("-" or ":" or "to" or "o" or "a" or "p" or "am" or "pm" or "in") && number > 12)))
        {
            return new TimePart(numberEnd, EntityTypes.Date, NextOn(weekday, number), Confidence: 0.9);
        }

        return new TimePart(end, EntityTypes.Date, date, Confidence: at > index ? 0.95 : 0.9);
    }

    // "sat" and "sun", "wed" and "mon" are other words when written small.
    private bool LooksLikeWeekday(int index) => text[index].Length > 4 || (text[index].Lower is not ("sat" or "sun" or "wed" or "mon")) || char.IsUpper(text.Text[text[index].Start]);

    private DateTime? PastWeekday(DayOfWeek weekday) => Add(Today, 'D', -((((int)Today.DayOfWeek - (int)weekday + 6) % 7) + 1));

    private DateTime? NextOn(DayOfWeek weekday, int day)
    {
        for (var (months, first) = (0, new DateTime(now.Year, now.Month, 1)); months < 24; months++)
        {
            if (Add(first, 'M', months) is { } month && Date(month.Year, month.Month, day) is { } date && date >= Today && date.DayOfWeek == weekday)
            {
                return date;
            }
        }

        return null;
    }

    // "the 5th": a day only where no thing is counted, as in "the 5th floor".
    private TimePart? TheDay(int index)
    {
        if (!IsThe(index) || text[index + 1].Kind is not TokenKind.Digits)
        {
            return null;
        }

        var day = DayOfMonth(index + 1, out var end, out var isOrdinal);
        if (day == 0 || !isOrdinal)
        {
            return null;
        }

        if (TimeWords.Direction(text[end].Lower) is not null && text[end + 1].Is("month") && Period(end) is { } month)
        {
            return new TimePart(month.End, EntityTypes.Date, Date(month.From!.Value.Year, month.From.Value.Month, day), Confidence: 0.95);
        }

        var isFree = text[end].Kind is not TokenKind.Word
            || text[end].Lower is "of" or "at" or "and" or "or" or "to" or "for" or "from" or "in" or "is" or "was" or "until" or "till" or "through" or "by" or "with" or "if" or "please" or "between" or "before" or "after" or "when" or "it" or "we" or "i";
        return isFree && !text[end].IsSymbol('-') ? new TimePart(end, EntityTypes.Date, NextDayOfMonth(day), Confidence: 0.6) { IsYearOpen = true } : null;
    }

    private DateTime? NextDayOfMonth(int day)
    {
        for (var months = 0; months < 3; months++)
        {
            if (Add(new DateTime(now.Year, now.Month, 1), 'M', months) is { } month && Date(month.Year, month.Month, day) is { } date && date >= Today)
            {
                return date;
            }
        }

        return null;
    }

    // "the first Friday of May", "last Monday in next month", "the last day of 2019".
    private TimePart? NthWeekday(int index)
    {
        var start = IsThe(index) ? index + 1 : index;
        var isLast = text[start].Is("last");
        var end = start + 1;
        var nth = isLast ? 5 : OrdinalRecognizer.Small(text, start, out end);
        if (nth is 0 or > 31 || text[end].Kind is not TokenKind.Word)
        {
            return null;
        }

        var isDay = text[end].Is("day");
        var weekday = DayOfWeek.Monday;
        if (!isDay && !TimeWords.Weekdays.TryGetValue(text[end].Lower, out weekday) || text[end + 1].Lower is not ("of" or "in") || Period(Skip(end + 2, "the")) is not { From: { } from, To: { } to } period)
        {
            return null;
        }

        if (isDay)
        {
            return new TimePart(period.End, EntityTypes.Date, isLast ? Add(to, 'D', -1) : Add(from, 'D', nth - 1));
        }

        var first = Add(from, 'D', ((int)weekday - (int)from.DayOfWeek + 7) % 7);
        var found = Add(first, 'W', nth - 1);
        while (isLast && found >= to)
        {
            found = Add(found, 'W', -1);
        }

        return new TimePart(period.End, EntityTypes.Date, found, Confidence: 0.95);
    }
}
