namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    /// <summary>The longest expression of time that begins at a token; null for none.</summary>
    public TimePart? Read(int index)
    {
        var found = Longest(Longest(DayTime(index), Period(index)), Longest(Longest(Duration(index), Away(index)), Recurrence(index)));
        found = Longest(found, AwayAt(index));
        found = Longest(Longest(found, Range(index)), Modified(index));
        return found is null ? null : OrLater(found);
    }

    /// <summary>A day, a clock time, or both together in either order; a stretch where one of them is.</summary>
    private TimePart? DayTime(int index)
    {
        var day = Day(index);
        var clock = Clock(index);
        var found = Longest(Longest(day, clock), Longest(Longest(ClockRange(index), DayPart(index)), Tonight(index)));
        if (IsoTime(index) is { } iso)
        {
            return iso;
        }

        if (day is { From: { } date })
        {
            var at = text[day.End].Lower is "," or "@" or "at" or "on" or "-" ? day.End + 1 : day.End;
            at = Skip(Skip(at, "at"), "around");
            at = Skip(at, "from");
            found = Longest(found, Longest(Join(date, Longest(Clock(at), BareHour(at)), day), Longest(Join(date, ClockRange(day.End), day), Longest(Join(date, ClockRange(at), day), Join(date, DayPart(Skip(at, "in")), day)))));
        }

        var time = Longest(Longest(clock, ClockRange(index)), DayPart(index));
        if (time is not null)
        {
            var at = text[time.End].Lower is "," or "on" or "of" or "-" ? time.End + 1 : time.End;
            if (text[at].Kind is TokenKind.Word && Longest(Day(at), Tonight(at)) is { From: { } other } behind)
            {
                var whole = behind.IsDay ? Join(other, time, behind) : Evening(time, behind);
                found = Longest(found, whole is null ? null : whole with { End = behind.End });
            }
            else if (text[at].Kind is TokenKind.Digits && text[time.End].Lower is "on" or "," && Day(at) is { From: { } numeric } date2)
            {
                found = Longest(found, Join(numeric, time, date2) is { } whole ? whole with { End = date2.End } : null);
            }
        }

        return Longest(found, Now(index));
    }

    // 2026-03-01T09:30:00Z
    private TimePart? IsoTime(int index)
    {
        if (text[index] is not { Kind: TokenKind.Digits, Length: 4 } || NumericDay(index, isLoose: false) is not { From: { } date } day || text[day.End] is not { Lower: "t", IsJoined: true } || DigitClockIso(day.End + 1) is not { From: { } time } clock)
        {
            return null;
        }

        return new TimePart(text[clock.End] is { Lower: "z", IsJoined: true } ? clock.End + 1 : clock.End, EntityTypes.DateTime, date + (time - DateTime.MinValue), Confidence: 0.99);
    }

    private TimePart? DigitClockIso(int index)
    {
        var (hour, minute, second, end) = (Number(text[index].Lower), 0, 0, index + 1);
        if (text[index].Kind is not TokenKind.Digits || hour > 23 || !text[end].IsSymbol(':') || (minute = Number(text[end + 1].Lower == "" || text[end + 1].Kind is not TokenKind.Digits ? "" : text[end + 1].Lower)) is < 0 or > 59)
        {
            return null;
        }

        end += 2;
        if (text[end].IsSymbol(':') && text[end].IsJoined && text[end + 1] is { Kind: TokenKind.Digits, Length: 2, IsJoined: true } seconds && Number(seconds.Lower) < 60)
        {
            (second, end) = (Number(seconds.Lower), end + 2);
            end = text[end].IsSymbol('.') && text[end].IsJoined && text[end + 1] is { Kind: TokenKind.Digits, IsJoined: true } ? end + 2 : end;
        }

        return ClockPart(end, hour, minute, second, isOpen: false, 0.97);
    }

    // "tomorrow at 3": an hour without anything else, behind a day and "at".
    private TimePart? BareHour(int index)
    {
        if (text[index - 1].Lower is not ("at" or "@" or "around") || text[index] is not { Kind: TokenKind.Digits, Length: <= 2 } digits || text[index + 1].IsJoined && text[index + 1].Kind is not TokenKind.Symbol)
        {
            return null;
        }

        return Number(digits.Lower) is >= 0 and <= 24 and var hour ? ClockPart(index + 1, hour, 0, 0, isOpen: hour <= 12, 0.85) : null;
    }

    private static TimePart? Join(DateTime date, TimePart? time, TimePart day)
    {
        if (time?.From is not { } from)
        {
            return null;
        }

        var type = time.IsClockRange ? EntityTypes.DateTimeRange : EntityTypes.DateTime;
        return new TimePart(time.End, type, Move(date, from), time.To is { } to ? Move(date, to) : null, Confidence: Math.Max(time.Confidence, day.Confidence));
    }

    private static DateTime? Move(DateTime date, DateTime clock) => Add(date, 'S', (clock - DateTime.MinValue).TotalSeconds);

    // "3 tonight", "8 this evening": the half of the day is said by what follows.
    private static TimePart? Evening(TimePart time, TimePart part)
    {
        if (time is not { IsClock: true, From: { } clock } || part.From is not { } begins)
        {
            return null;
        }

        var hours = clock - DateTime.MinValue + (time.IsHalfDayOpen && begins.Hour >= 12 && clock.Hour < 12 ? TimeSpan.FromHours(12) : TimeSpan.Zero);
        return new TimePart(part.End, EntityTypes.DateTime, Add(begins.Date, 'S', hours.TotalSeconds), Confidence: 0.93);
    }

    // "tonight", "last night", "this morning", "tomorrow evening" is a day and its part.
    private TimePart? Tonight(int index)
    {
        if (text[index].Is("tonight"))
        {
            return new TimePart(index + 1, EntityTypes.DateTimeRange, Add(Today, 'H', 20), Add(Today, 'D', 1), Confidence: 0.93);
        }

        return TimeWords.Direction(text[index].Lower) is { } away && text[index].Lower is "this" or "last" or "next" or "same" && DayPart(index + 1) is { From: { } from, To: { } to } part && text[index + 1].Lower is not ("in" or "at")
            ? new TimePart(part.End, EntityTypes.DateTimeRange, Move(Add(Today, 'D', away) ?? Today, from), Move(Add(Today, 'D', away) ?? Today, to), Confidence: 0.93) : null;
    }

    private TimePart? Now(int index) =>
        text[index].Is("now") ? new TimePart(index + 1, EntityTypes.DateTime, now, Confidence: 0.5)
        : text[index].Is("right") && text[index + 1].Is("now") ? new TimePart(index + 2, EntityTypes.DateTime, now, Confidence: 0.8) : null;

    // "2 days ago at 3pm"
    private TimePart? AwayAt(int index) =>
        Away(index) is { IsDay: true, From: { } date } away && Clock(Skip(away.End, "at")) is { } clock ? Join(date, clock, away) : null;

    /// <summary>A point in time, whatever its kind.</summary>
    private TimePart? PointInTime(int index) => DayTime(index) is { To: null } point ? point : null;

    private bool IsTo(int index, bool isBetween) =>
        text[index].Lower is "to" or "-" or "–" or "—" or "until" or "till" or "til" or "through" or "thru" or "~" || (isBetween && text[index].Is("and"));

    // "3 to 4pm", "from 3:00 to 4:00", "between 3 and 4pm", "5-6:30pm". One of the two must look like a time.
    private TimePart? ClockRange(int index)
    {
        var isBetween = text[index].Is("between");
        var start = isBetween || text[index].Lower is "from" ? index + 1 : index;
        var from = Longest(Clock(start), HourOnly(start));
        if (from is null || !IsTo(from.End, isBetween))
        {
            return null;
        }

        var to = Longest(Clock(from.End + 1), HourOnly(from.End + 1));
        if (to is null || from.From is not { } begins || to.From is not { } ends)
        {
            return null;
        }

        var isSure = from.Confidence > 0.5 || to.Confidence > 0.5;
        var isAfterDay = text[index - 1].Kind is TokenKind.Word && (TimeWords.Weekdays.ContainsKey(text[index - 1].Lower) || text[index - 1].Lower is "tomorrow" or "today" or "yesterday") || TimeWords.Weekdays.ContainsKey(text[to.End].Lower) || text[to.End].Lower is "tomorrow" or "today" or "yesterday";
        if (!isSure && !isAfterDay)
        {
            return null;
        }

        // "3 to 4pm": the afternoon of the end is the beginning's too, where that keeps their order.
        if (from.IsHalfDayOpen && !to.IsHalfDayOpen && ends.Hour >= 12 && begins.AddHours(12) < ends)
        {
            begins = begins.AddHours(12);
        }
        else if (!from.IsHalfDayOpen && to.IsHalfDayOpen && ends <= begins && begins < ends.AddHours(12))
        {
            ends = ends.AddHours(12);
        }

        return new TimePart(to.End, EntityTypes.TimeRange, begins, ends <= begins ? ends.AddHours(ends.Hour < 12 && begins.Hour < 12 ? 12 : 24) : ends, Confidence: isSure ? 0.95 : 0.7);
    }

    private TimePart? HourOnly(int index)
    {
        if (text[index] is { Kind: TokenKind.Digits, Length: <= 2 } digits && !text.IsInsideWord(digits.Start)
            && !(text[index + 1].IsJoined && (text[index + 1].Kind is TokenKind.Word || text[index + 1].Lower is "/" or "." or "," or ":" or "%" && text[index + 2].IsJoined))
            && !(text[index].IsJoined && text[index - 1].Lower is "/" or "." or ":" or "$" or ","))
        {
            return Number(digits.Lower) is >= 0 and <= 24 and var hour ? ClockPart(index + 1, hour, 0, 0, isOpen: hour <= 12, 0.3) : null;
        }

        return NumberWords.Units.TryGetValue(text[index].Lower, out var named) && named is > 0 and <= 12 ? ClockPart(index + 1, named, 0, 0, isOpen: true, 0.3) : null;
    }

    // "from May 1 to May 7", "between 2014 and 2018", "Monday to Friday", "May 1-7", "from 3pm Monday until Tuesday".
    private TimePart? Range(int index)
    {
        var isBetween = text[index].Is("between");
        var isFrom = text[index].Lower is "from" or "since";
        var start = isBetween || isFrom ? index + 1 : index;
        var found = DaysOfOneMonth(start);
        var first = Longest(DayTime(start), Period(Skip(start, "the")));
        if (first is null || first.From is not { } from || !IsTo(first.End, isBetween))
        {
            return found;
        }

        var next = first.End + 1;
        var second = Longest(Longest(DayTime(next), Period(Skip(next, "the"))), null);
        if (first.IsDay && second is null && text[first.End].Lower is not "-" && DayOfMonth(Skip(next, "the"), out var dayEnd, out var isOrdinal) is > 0 and var day && isOrdinal)
        {
            second = new TimePart(dayEnd, EntityTypes.Date, Date(from.Year, from.Month, day));
        }

        if (second is null || second.From is not { } until || (text[first.End].Is("-") && !first.IsDay && first.Type != second.Type))
        {
            return found;
        }

        if (first.IsYearOpen && !second.IsYearOpen && until.Year < 9999)
        {
            from = Date(until.Year, from.Month, from.Day) ?? from; // "from 5/1-5/7/2020"
        }

        if (second.IsClock && first.Type is EntityTypes.DateTime)
        {
            until = Move(from.Date, until) ?? from;
            var end = until > from ? until : Add(until, 'H', 12) is { } later && later > from ? later : Add(until, 'D', 1);
            return Longest(found, new TimePart(second.End, EntityTypes.DateTimeRange, from, end, Confidence: 0.93));
        }

        if (first.IsClock || second.IsClock || first.IsClockRange || second.IsClockRange)
        {
            return found;
        }

        until = second is { Type: EntityTypes.DateTimeRange, To: { } ends } ? ends : until;
        var isOfDays = first.Type is EntityTypes.Date or EntityTypes.DateRange && second.Type is EntityTypes.Date or EntityTypes.DateRange;
        if (until < from && second.IsYearOpen)
        {
            until = Add(until, 'Y', 1) ?? until;
        }
        else if (until < from && TimeWords.Weekdays.ContainsKey(text[next].Lower))
        {
            until = Add(until, 'W', 1) ?? until;
        }

        // Ends are exclusive: what a day or a month says last lies inside.
        until = isOfDays ? AfterLast(second with { From = until, To = second.To is null || until == second.From ? second.To : Add(second.To, 'Y', 1) }) ?? until : until;
        return until < from ? found : Longest(found, new TimePart(second.End, isOfDays ? EntityTypes.DateRange : EntityTypes.DateTimeRange, from, until, Confidence: 0.93));
    }

    // "May 1-7, 2019", "1-7 May", "1st to 3rd of May".
    private TimePart? DaysOfOneMonth(int index)
    {
        if (TimeWords.Months.TryGetValue(text[index].Lower, out var month))
        {
            var one = DayOfMonth(Skip(MonthEnd(index), "the"), out var end, out _);
            var two = one > 0 && IsTo(end, isBetween: text[index - 1].Is("between")) ? DayOfMonth(Skip(end + 1, "the"), out end, out _) : 0;
            return two > one ? Days(WithYear(end, month, one), two) : null;
        }

        var first = DayOfMonth(Skip(index, "the"), out var firstEnd, out _);
        if (first == 0 || !IsTo(firstEnd, isBetween: text[index - 1].Is("between")) || text.IsInsideWord(text[index].Start) || DayMonth(firstEnd + 1) is not { From: { } last } until || last.Day <= first)
        {
            return null;
        }

        return new TimePart(until.End, EntityTypes.DateRange, Date(last.Year, last.Month, first), Add(last, 'D', 1), Confidence: 0.93);
    }

    private static TimePart? Days(TimePart? first, int last) =>
        first is { From: { } from } ? new TimePart(first.End, EntityTypes.DateRange, from, Add(Date(from.Year, from.Month, last), 'D', 1), Confidence: 0.93) : null;

    private static DateTime? AfterLast(TimePart part) => part.To ?? (part.IsDay ? Add(part.From, 'D', 1) : part.From);

    // "before Friday", "since 2014", "after 3pm", "until next week", "around the 21st".
    private TimePart? Modified(int index)
    {
        var word = text[index].Lower;
        var end = index + 1;
        var sign = 0;
        switch (word)
        {
            case "before" or "until" or "till" or "by":
                sign = -1;
                break;
            case "after" or "since":
                sign = 1;
                break;
            case "prior" when text[end].Is("to"):
                (sign, end) = (-1, end + 1);
                break;
            case "later" or "earlier" when text[end].Is("than"):
                (sign, end) = (word == "later" ? 1 : -1, end + 1);
                break;
            case "no" when text[end].Lower is "later" or "earlier" && text[end + 1].Is("than"):
                (sign, end) = (text[end].Is("later") ? -1 : 1, end + 2);
                break;
            case "starting" or "beginning":
                (sign, end) = (1, text[end].Lower is "from" or "on" or "with" or "in" ? end + 1 : end);
                break;
            case "around":
                return DayTime(end) is { IsDay: true } near ? near with { Confidence = near.Confidence * 0.9 } : null;
        }

        if (sign == 0 || Longest(DayTime(end), Longest(Period(Skip(end, "the")), Away(end))) is not { From: { } from } point || point.Type is EntityTypes.DateTime && text[end].Is("now") && word is "by")
        {
            return null;
        }

        // Before a stretch is before its beginning, after it is after its end; since, until and by take it in.
        var type = point.Type switch { EntityTypes.Date or EntityTypes.DateRange => EntityTypes.DateRange, EntityTypes.Time or EntityTypes.TimeRange => EntityTypes.TimeRange, _ => EntityTypes.DateTimeRange };
        return sign > 0
            ? new TimePart(point.End, type, word is "after" or "later" ? AfterLast(point) : from, null, Confidence: 0.85)
            : new TimePart(point.End, type, null, word is "until" or "till" or "by" or "no" ? AfterLast(point) : from, Confidence: 0.85);
    }

    // "2012 or later", "Friday or before".
    private TimePart OrLater(TimePart found)
    {
        if (text[found.End].Lower is not ("or" or "and") || found.From is not { } from)
        {
            return found;
        }

        var sign = text[found.End + 1].Lower switch { "later" or "after" or "newer" or "afterwards" => 1, "earlier" or "before" or "older" or "prior" => -1, _ => 0 };
        var follows = text[found.End + 2];
        if (sign == 0 || (follows.Kind is TokenKind.Word && text[found.End + 1].Lower is "before" or "after"))
        {
            return found;
        }

        var type = found.Type switch { EntityTypes.Date or EntityTypes.DateRange => EntityTypes.DateRange, EntityTypes.Time or EntityTypes.TimeRange => EntityTypes.TimeRange, EntityTypes.Duration or EntityTypes.Recurrence => null, _ => EntityTypes.DateTimeRange };
        return type is null ? found : sign > 0 ? new TimePart(found.End + 2, type, from) : new TimePart(found.End + 2, type, null, AfterLast(found));
    }
}
