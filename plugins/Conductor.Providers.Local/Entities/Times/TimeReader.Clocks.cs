namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    // Clock times lie on the first day of the calendar.
    private static DateTime At(int hour, int minute = 0, int second = 0) => DateTime.MinValue.AddSeconds((hour * 3600) + (minute * 60) + second);

    private static TimePart ClockPart(int end, int hour, int minute, int second, bool isOpen, double confidence) =>
        new(end, EntityTypes.Time, At(hour % 24, minute, second), Confidence: confidence) { IsHalfDayOpen = isOpen };

    /// <summary>A time by the clock.</summary>
    private TimePart? Clock(int index)
    {
        var clock = Longest(Longest(DigitClock(index), WordClock(index)), PastClock(index));
        return clock is null ? null : WithDayPart(clock);
    }

    // "in the afternoon", "at night" behind a clock time say which half of the day it is.
    private TimePart WithDayPart(TimePart clock)
    {
        var at = text[clock.End].Lower is "in" && IsThe(clock.End + 1) ? clock.End + 2 : text[clock.End].Is("at") ? clock.End + 1 : -1;
        if (at < 0 || clock.From is not { } time || !(text[at].Lower is "morning" or "afternoon" or "evening" || (text[at].Is("night") && text[at - 1].Is("at"))))
        {
            return clock;
        }

        var shift = !text[at].Is("morning") && time.Hour < 12 && clock.IsHalfDayOpen ? 12 : 0;
        return clock with { End = at + 1, From = time.AddHours(shift), IsHalfDayOpen = false, Confidence = 0.97 };
    }

    // 3:30, 15:00:05, 3pm, 3.30 pm, 3 o'clock, 1500 hours.
    private TimePart? DigitClock(int index)
    {
        if (text[index] is not { Kind: TokenKind.Digits, Length: <= 2 } first || text.IsInsideWord(first.Start) || (first.IsJoined && text[index - 1].Lower is "." or ":" or "/" or "$" or "€" or "£" && text[index - 2].Kind is not TokenKind.Word))
        {
            return null;
        }

        var (hour, minute, second, end) = (Number(first.Lower), 0, 0, index + 1);
        var hasColon = false;
        if (text[end].Lower is ":" or "." && text[end].IsJoined && text[end + 1] is { Kind: TokenKind.Digits, Length: 2, IsJoined: true } minutes)
        {
            (minute, hasColon, end) = (Number(minutes.Lower), text[end].Is(":"), end + 2);
            if (hasColon && text[end].IsSymbol(':') && text[end].IsJoined && text[end + 1] is { Kind: TokenKind.Digits, Length: 2, IsJoined: true } seconds)
            {
                (second, end) = (Number(seconds.Lower), end + 2);
            }
        }

        var hasMinutes = end > index + 1;
        if (hour > 24 || minute > 59 || second > 59 || (hour == 24 && minute > 0))
        {
            return null;
        }

        if (HalfDay(end, out var isAfternoon) is { } half && hour is >= 0 and <= 24)
        {
            hour = hour > 12 ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
            return ClockPart(half, hour, minute, second, isOpen: false, 0.98);
        }

        if (text[end].Is("o") && text[end + 1].Lower is "'" or "’" && text[end + 2].Is("clock"))
        {
            return ClockPart(end + 3, hour, minute, 0, isOpen: hour <= 12, 0.97);
        }

        if (text[end].Is("oclock") && !hasMinutes)
        {
            return ClockPart(end + 1, hour, 0, 0, isOpen: hour <= 12, 0.97);
        }

        if (hasColon && !(text[end].IsJoined && (text[end].Kind is TokenKind.Word or TokenKind.Digits || (text[end].IsSymbol(':') && text[end + 1].IsJoined && text[end + 1].Kind is TokenKind.Digits))))
        {
            return ClockPart(end, hour, minute, second, isOpen: hour is > 0 and <= 12 && first.Length == 1 || hour is >= 10 and <= 12, 0.93);
        }

        return null;
    }

    /// <summary>The token after "am", "p.m." or the like; null where none stands.</summary>
    private int? HalfDay(int index, out bool isAfternoon)
    {
        var word = text[index].Lower;
        isAfternoon = word is "pm" or "p";
        if (word is "am" or "pm")
        {
            return index + 1;
        }

        if (word is "a" or "p" && text[index + 1].IsSymbol('.') && text[index + 1].IsJoined && text[index + 2].Is("m"))
        {
            return text[index + 3].IsSymbol('.') && text[index + 3].IsJoined ? index + 4 : index + 3;
        }

        // "3p", "9a": only right behind the digits; "23A" is a seat.
        return word is "a" or "p" && text.IsSmall(index) && text[index].IsJoined && text[index - 1].Kind is TokenKind.Digits && !(text[index + 1].IsJoined && text[index + 1].Kind is TokenKind.Digits) ? index + 1 : null;
    }

    // "noon", "midnight", "seven pm", "three thirty", "five o'clock", "now".
    private TimePart? WordClock(int index)
    {
        var word = text[index];
        if (word.Lower is "noon" or "midday" or "noontime" || (word.Is("12") && text[index + 1].Is("noon")))
        {
            return ClockPart(index + (word.Is("12") ? 2 : 1), 12, 0, 0, isOpen: false, 0.93);
        }

        if (word.Is("midnight") || (word.Is("12") && text[index + 1].Is("midnight")))
        {
            return ClockPart(index + (word.Is("12") ? 2 : 1), 0, 0, 0, isOpen: false, 0.93);
        }

        if (!NumberWords.Units.TryGetValue(word.Lower, out var hour) || hour is 0 or > 12)
        {
            return null;
        }

        var end = index + 1;
        var minute = 0;
        if (NumberWordReader.TryCardinal(text, end, out var minuteEnd, out var minutes) && minutes is >= 10 and < 60 && !text[end].IsSymbol('-'))
        {
            (minute, end) = ((int)minutes, minuteEnd);
        }

        if (HalfDay(end, out var isAfternoon) is { } half)
        {
            return ClockPart(half, (hour % 12) + (isAfternoon ? 12 : 0), minute, 0, isOpen: false, 0.97);
        }

        if (text[end].Is("o") && text[end + 1].Lower is "'" or "’" && text[end + 2].Is("clock"))
        {
            return ClockPart(end + 3, hour, minute, 0, isOpen: true, 0.97);
        }

        var hasPart = text[end].Is("in") && IsThe(end + 1) && text[end + 2].Lower is "morning" or "afternoon" or "evening";
        return hasPart || text[end].Is("at") && text[end + 1].Is("night") || (minute > 0 && text[index - 1].Lower is "at" or "@") ? ClockPart(end, hour, minute, 0, isOpen: true, 0.85) : null;
    }

    // "half past five", "quarter to 3", "ten minutes past 4".
    private TimePart? PastClock(int index)
    {
        var (minutes, end) = (0, index);
        if (text[index].Lower is "half" or "quarter" || (text[index].Is("a") && text[index + 1].Is("quarter")))
        {
            end = text[index].Is("a") ? index + 2 : index + 1;
            minutes = text[end - 1].Is("half") ? 30 : 15;
        }
        else if (NumberReader.TryRead(text, index, out var number) && number.Value is >= 1 and < 60 and var count && count == decimal.Truncate(count))
        {
            (minutes, end) = ((int)count, number.End);
            end = text[end].Lower is "minutes" or "minute" or "mins" or "min" ? end + 1 : end;
        }

        if (minutes == 0 || text[end].Lower is not ("past" or "to" or "till"))
        {
            return null;
        }

        var isPast = text[end].Is("past");
        var hour = text[end + 1] is { Kind: TokenKind.Digits, Length: <= 2 } digits ? Number(digits.Lower) : NumberWords.Units.TryGetValue(text[end + 1].Lower, out var unit) ? unit : text[end + 1].Is("noon") ? 12 : text[end + 1].Is("midnight") ? 24 : 0;

        // "5 to 6" is a stretch; so is "20 to 30".
        if (hour is 0 or > 24 || (!isPast && text[end - 1].Lower is not ("quarter" or "minutes" or "minute" or "mins" or "min")) || (text[end + 2].IsJoined && text[end + 2].Kind is not TokenKind.Symbol && HalfDay(end + 2, out _) is null))
        {
            return null;
        }

        var total = ((hour % 24) * 60) + (isPast ? minutes : -minutes);
        var half = HalfDay(end + 2, out var isAfternoon);
        total = half is not null && isAfternoon && total < 720 ? total + 720 : (total + 1440) % 1440;
        return ClockPart(half ?? end + 2, total / 60, total % 60, 0, isOpen: half is null && hour <= 12, 0.9);
    }

    /// <summary>A part of the day: "the morning", "early afternoon", "tonight" and "last night" not included.</summary>
    private TimePart? DayPart(int index)
    {
        var start = text[index].Is("in") && IsThe(index + 1) ? index + 2 : text[index].Is("at") && text[index + 1].Is("night") ? index + 1 : index;
        var at = text[start].Lower is "early" or "late" or "mid" ? start + 1 : start;
        at = at > start && text[at].IsSymbol('-') ? at + 1 : at;
        if (text[start].Is("business") && text[start + 1].Lower is "hour" or "hours")
        {
            return new TimePart(start + 2, EntityTypes.TimeRange, At(8), At(18), Confidence: 0.85);
        }

        if (!TimeWords.DayParts.TryGetValue(text[at].Lower, out var hours) || text[at].Lower[^1] == 's')
        {
            return null;
        }

        var (from, to) = at == start ? hours : text[start].Is("early") ? (hours.From, hours.From + 2) : text[start].Is("late") ? (hours.To - 2, hours.To) : (hours.From + 1, hours.To - 1);
        return new TimePart(at + 1, EntityTypes.TimeRange, At(from), At(to), Confidence: start > index ? 0.9 : 0.6);
    }
}
