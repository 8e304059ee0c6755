using System.Globalization;
using System.Text.RegularExpressions;

namespace Conductor.Usage;

/// <summary>A stretch of time, UTC.</summary>
/// <param name="From">Its first moment.</param>
/// <param name="Until">The first moment after it.</param>
public readonly partial record struct UsagePeriod(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>What may be written, for people.</summary>
    public const string Forms = "today, yesterday, week, month, all, 24h or 7d (back from now), 2026-11-20, 2026-11, or two days with '..' between them";

    /// <summary>Reads a period.</summary>
    /// <param name="text">
    /// `today`, `yesterday`, `week` (since Monday), `month` (since its first), `all`; so many minutes, hours or days back from now (`90m`, `24h`, `7d`); a day
    /// (`2026-11-20`), a month (`2026-11`), or two days with `..` between them, both of them in it.
    /// </param>
    /// <param name="now">The present.</param>
    public static UsagePeriod? Parse(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utc = now.ToUniversalTime();
        var today = new DateTimeOffset(utc.Date, TimeSpan.Zero);
        var end = utc.AddTicks(1);
        return text.Trim() switch
        {
            "today" or "day" => new UsagePeriod(today, end),
            "yesterday" => new UsagePeriod(today.AddDays(-1), today),
            "week" => new UsagePeriod(today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), end),
            "month" => new UsagePeriod(today.AddDays(1 - today.Day), end),
            "all" => new UsagePeriod(DateTimeOffset.UnixEpoch, end),
            var back when BackForm().Match(back) is { Success: true } match => Back(match, utc, end),
            var month when DateTime.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) => Of(first, first.AddMonths(1)),
            var days when days.Split("..") is [var from, var until] => Day(from) is { } first && Day(until) is { } last && first <= last ? Of(first, last.AddDays(1)) : null,
            var day => Day(day) is { } only ? Of(only, only.AddDays(1)) : null,
        };
    }

    /// <summary>Reads a moment: a date, which is its beginning in UTC, or a date and time with its offset.</summary>
    public static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;

    private static UsagePeriod? Back(Match match, DateTimeOffset now, DateTimeOffset end)
    {
        if (!int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 100_000)
        {
            return null;
        }

        var time = match.Groups[2].ValueSpan[0] switch { 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), _ => TimeSpan.FromDays(Math.Min(count, 36_500)) };
        return new UsagePeriod(now - time, end);
    }

    private static DateTime? Day(string text) =>
        DateTime.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static UsagePeriod Of(DateTime from, DateTime until) => new(new DateTimeOffset(from, TimeSpan.Zero), new DateTimeOffset(until, TimeSpan.Zero));

    [GeneratedRegex("^([0-9]{1,6})([mhd])$", RegexOptions.CultureInvariant)]
    private static partial Regex BackForm();
}
