namespace Conductor.Providers.Local.Entities;

internal sealed partial class TimeReader
{
    private static readonly (string[] Words, Func<int, DateTime?> Of)[] Holidays =
    [
        (["christmas", "eve"], year => Date(year, 12, 24)), (["christmas", "day"], year => Date(year, 12, 25)), (["christmas"], year => Date(year, 12, 25)), (["xmas"], year => Date(year, 12, 25)),
        (["boxing", "day"], year => Date(year, 12, 26)), (["halloween"], year => Date(year, 10, 31)), (["independence", "day"], year => Date(year, 7, 4)), (["juneteenth"], year => Date(year, 6, 19)),
        (["new", "year", "'", "s", "eve"], year => Date(year, 12, 31)), (["new", "years", "eve"], year => Date(year, 12, 31)), (["new", "year", "eve"], year => Date(year, 12, 31)),
        (["new", "year", "'", "s", "day"], year => Date(year, 1, 1)), (["new", "years", "day"], year => Date(year, 1, 1)), (["new", "year", "day"], year => Date(year, 1, 1)), (["new", "year"], year => Date(year, 1, 1)),
        (["valentine", "'", "s", "day"], year => Date(year, 2, 14)), (["valentines", "day"], year => Date(year, 2, 14)), (["st", ".", "patrick", "'", "s", "day"], year => Date(year, 3, 17)),
        (["april", "fools"], year => Date(year, 4, 1)), (["earth", "day"], year => Date(year, 4, 22)), (["veterans", "day"], year => Date(year, 11, 11)),
        (["thanksgiving", "day"], year => Nth(year, 11, DayOfWeek.Thursday, 4)), (["thanksgiving"], year => Nth(year, 11, DayOfWeek.Thursday, 4)), (["black", "friday"], year => Add(Nth(year, 11, DayOfWeek.Thursday, 4), 'D', 1)),
        (["labor", "day"], year => Nth(year, 9, DayOfWeek.Monday, 1)), (["labour", "day"], year => Date(year, 5, 1)), (["memorial", "day"], year => Add(Nth(year, 6, DayOfWeek.Monday, 1), 'D', -7)),
        (["martin", "luther", "king", "day"], year => Nth(year, 1, DayOfWeek.Monday, 3)), (["mlk", "day"], year => Nth(year, 1, DayOfWeek.Monday, 3)), (["columbus", "day"], year => Nth(year, 10, DayOfWeek.Monday, 2)),
        (["mother", "'", "s", "day"], year => Nth(year, 5, DayOfWeek.Sunday, 2)), (["mothers", "day"], year => Nth(year, 5, DayOfWeek.Sunday, 2)),
        (["father", "'", "s", "day"], year => Nth(year, 6, DayOfWeek.Sunday, 3)), (["fathers", "day"], year => Nth(year, 6, DayOfWeek.Sunday, 3)),
        (["easter", "sunday"], Easter), (["easter", "monday"], year => Add(Easter(year), 'D', 1)), (["good", "friday"], year => Add(Easter(year), 'D', -2)), (["easter"], Easter),
    ];

    // "Christmas", "Easter 2020", "next Thanksgiving", "New Year's Eve of 2019".
    private TimePart? Holiday(int index)
    {
        var direction = TimeWords.Direction(text[index].Lower);
        var start = direction is null ? index : index + 1;
        TimePart? found = null;
        foreach (var (words, of) in Holidays)
        {
            var end = start;
            while (end - start < words.Length && (text[end].Is(words[end - start]) || (words[end - start] == "'" && text[end].Is("’"))))
            {
                end++;
            }

            if (end - start < words.Length || (found is not null && found.End >= end))
            {
                continue;
            }

            var year = Year(Skip(Skip(SkipComma(end), "of"), "in"), out var afterYear);
            var date = year > 0 ? of(year) : direction is { } away and not 0 ? of(now.Year + away) : of(now.Year) is { } here && here >= Today ? here : of(now.Year + 1);
            found = new TimePart(year > 0 ? afterYear : end, EntityTypes.Date, date, Confidence: 0.9);
        }

        return found;
    }

    private static DateTime? Nth(int year, int month, DayOfWeek weekday, int nth) =>
        Date(year, month, 1) is { } first ? Add(first, 'D', (((int)weekday - (int)first.DayOfWeek + 7) % 7) + (7 * (nth - 1))) : null;

    // The Gregorian computus, by its usual steps.
    private static DateTime? Easter(int year)
    {
        var (golden, century) = (year % 19, year / 100);
        var moon = ((19 * golden) + century - (century / 4) - ((century - ((century + 8) / 25) + 1) / 3) + 15) % 30;
        var weekday = (32 + (2 * (century % 4)) + (2 * (year % 100 / 4)) - moon - (year % 4)) % 7;
        var late = (golden + (11 * moon) + (22 * weekday)) / 451;
        var days = moon + weekday - (7 * late) + 114;
        return Date(year, days / 31, (days % 31) + 1);
    }
}
