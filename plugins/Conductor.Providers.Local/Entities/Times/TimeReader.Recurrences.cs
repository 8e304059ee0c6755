namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    /// <summary>Something that comes again: the value is an ISO 8601 repeating interval, `R/P1W`.</summary>
    private TimePart? Recurrence(int index)
    {
        if (Every(index) is { } every)
        {
            var clock = Clock(Skip(every.End, "at"));
            return clock is null ? every : every with { End = clock.End };
        }

        // "3pm every day"
        return Clock(index) is { } time && Every(time.End) is { } behind ? behind : null;
    }

    private TimePart? Every(int index)
    {
        var word = text[index].Lower;
        if (TimeWords.Recurrences.TryGetValue(word, out var period))
        {
            return Repeat(index + 1, period);
        }

        if (TimeWords.WeekdaysPlural.ContainsKey(word))
        {
            return Repeat(index + 1, "P1W");
        }

        if (word is not ("every" or "each"))
        {
            return null;
        }

        var at = text[index + 1].Is("other") ? index + 2 : index + 1;
        var times = at > index + 1 ? 2 : 1;
        if (TimeWords.Units.TryGetValue(text[at].Lower, out var unit))
        {
            return Repeat(at + 1, new Length(0, [(unit, times)]).Iso());
        }

        if (TimeWords.Weekdays.ContainsKey(text[at].Lower))
        {
            var end = DayPart(at + 1) is { } part ? part.End : at + 1;
            return Repeat(end, $"P{times}W");
        }

        if (TimeWords.Months.ContainsKey(text[at].Lower))
        {
            return Repeat(at + 1, $"P{times}Y");
        }

        return TimeWords.DayParts.ContainsKey(text[at].Lower) ? Repeat(at + 1, "P1D") : LengthAt(at) is { } length ? Repeat(length.End, length.Iso()) : null;
    }

    private static TimePart Repeat(int end, string period) => new(end, EntityTypes.Recurrence, null, Iso: "R/" + period, Confidence: 0.9);
}
