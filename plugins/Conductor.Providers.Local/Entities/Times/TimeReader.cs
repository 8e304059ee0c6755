namespace Conductor.Providers.Local.Entities;

/// <summary>
/// Reads expressions of time in English, each from the token where it begins. Every method gives the longest that it knows, or null, and looks at a bounded
/// number of tokens. What is said relatively counts from <paramref name="now"/>.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="now">The reference time by its own clock.</param>
internal sealed partial class TimeReader(EntityText text, DateTime now)
{
    private DateTime Today => now.Date;

    private static TimePart? Longest(TimePart? one, TimePart? other) => other is null || (one is not null && one.End >= other.End) ? one : other;

    private static DateTime? Date(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateTime(year, month, day) : null;

    /// <summary>Adds units of time; null beyond the calendar.</summary>
    private static DateTime? Add(DateTime? time, char unit, double count)
    {
        if (time is not { } from || Math.Abs(count) > 10_000_000)
        {
            return null;
        }

        try
        {
            return unit switch
            {
                'Y' => from.AddMonths((int)Math.Round(count * 12)),
                'Q' => from.AddMonths((int)Math.Round(count * 3)),
                'X' => from.AddMonths((int)Math.Round(count * 120)),
                'C' => from.AddMonths((int)Math.Round(count * 1_200)),
                'M' when count == Math.Floor(count) => from.AddMonths((int)count),
                'M' => from.AddDays(count * 30),
                'W' or 'E' => from.AddDays(count * 7),
                'F' => from.AddDays(count * 14),
                'D' => from.AddDays(count),
                'B' => AddBusinessDays(from, (int)count),
                'H' => from.AddHours(count),
                'm' => from.AddMinutes(count),
                _ => from.AddSeconds(count),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static DateTime? AddBusinessDays(DateTime from, int count)
    {
        if (Math.Abs(count) > 10_000)
        {
            return null;
        }

        for (var left = Math.Abs(count); left > 0;)
        {
            from = from.AddDays(Math.Sign(count));
            left -= from.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0 : 1;
        }

        return from;
    }

    // Weeks begin on Monday.
    private static DateTime? WeekOf(DateTime? day) => day is { } known ? Add(known, 'D', -(((int)known.DayOfWeek + 6) % 7)) : null;

    private DateTime? Weekday(DayOfWeek weekday, int weeks) => Add(WeekOf(Today), 'D', (((int)weekday + 6) % 7) + (7 * weeks));

    // The nearest that is still to come, today included.
    private DateTime? NextWeekday(DayOfWeek weekday) => Add(Today, 'D', ((int)weekday - (int)Today.DayOfWeek + 7) % 7);

    private DateTime? NextDate(int month, int day)
    {
        for (var year = now.Year; year <= now.Year + 8; year++)
        {
            if (Date(year, month, day) is { } date && date >= Today)
            {
                return date;
            }
        }

        return null;
    }

    /// <summary>A year of four digits, or of two behind an apostrophe. 0 for none.</summary>
    private int Year(int index, out int end)
    {
        end = index + 1;
        if (text[index] is { Kind: TokenKind.Digits, Length: 4 } digits && !(text[end].IsJoined && (text[end].Kind is TokenKind.Word || text[end].IsSymbol(':'))))
        {
            var year = Number(digits.Lower);
            return year is >= 1000 and <= 2200 ? year : 0;
        }

        if (text[index].Lower is "'" or "’" && text[index + 1] is { Kind: TokenKind.Digits, Length: 2, IsJoined: true } two)
        {
            end = index + 2;
            return TwoDigitYear(Number(two.Lower));
        }

        return 0;
    }

    private static int TwoDigitYear(int two) => two < 50 ? 2000 + two : 1900 + two;

    private static int Number(string digits) => digits.Length is > 0 and <= 8 ? int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture) : -1;

    private bool IsThe(int index) => text[index].Is("the");

    private int Skip(int index, string word) => text[index].Is(word) ? index + 1 : index;

    private int SkipComma(int index) => text[index].IsSymbol(',') ? index + 1 : index;
}
