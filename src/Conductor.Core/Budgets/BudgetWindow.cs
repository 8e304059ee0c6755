using Conductor.Settings;

namespace Conductor.Budgets;

/// <summary>Where the periods of budgets begin and end. All of it is UTC: no day is skipped, doubled, or longer than another.</summary>
internal static class BudgetWindow
{
    /// <summary>The beginning of the period that holds <paramref name="time"/>.</summary>
    public static DateTimeOffset Start(BudgetPeriod period, DateTimeOffset time)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return period switch
        {
            BudgetPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), // Monday
            BudgetPeriod.Month => day.AddDays(1 - day.Day),
            _ => day,
        };
    }

    /// <summary>The beginning of the period after the one that holds <paramref name="time"/>.</summary>
    public static DateTimeOffset End(BudgetPeriod period, DateTimeOffset time)
    {
        var start = Start(period, time);
        return period switch
        {
            BudgetPeriod.Week => start.AddDays(7),
            BudgetPeriod.Month => start.AddMonths(1),
            _ => start.AddDays(1),
        };
    }

    /// <summary>The earliest moment whose spending may still count now.</summary>
    public static DateTimeOffset Earliest(DateTimeOffset time)
    {
        var (week, month) = (Start(BudgetPeriod.Week, time), Start(BudgetPeriod.Month, time));
        return week < month ? week : month;
    }
}
