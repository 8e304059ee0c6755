using System.Globalization;
using Conductor.Budgets;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Core.Tests.Budgets;

public sealed class BudgetWindowTests
{
    [Theory]
    [InlineData(BudgetPeriod.Day, "2028-02-29T23:59:59.9999999Z", "2028-02-29", "2028-03-01")] // a leap day
    [InlineData(BudgetPeriod.Day, "2026-03-29T01:30:00Z", "2026-03-29", "2026-03-30")] // summer time begins in Europe
    [InlineData(BudgetPeriod.Day, "2026-01-01T00:30:00+02:00", "2025-12-31", "2026-01-01")]
    [InlineData(BudgetPeriod.Week, "2026-11-20T12:00:00Z", "2026-11-16", "2026-11-23")]
    [InlineData(BudgetPeriod.Week, "2026-11-16T00:00:00Z", "2026-11-16", "2026-11-23")] // a Monday
    [InlineData(BudgetPeriod.Week, "2026-11-22T23:59:59Z", "2026-11-16", "2026-11-23")] // a Sunday
    [InlineData(BudgetPeriod.Month, "2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01")]
    [InlineData(BudgetPeriod.Month, "2027-02-28T00:00:00Z", "2027-02-01", "2027-03-01")]
    public void Window_IsOfUtc(BudgetPeriod period, string time, string start, string end)
    {
        var at = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

        Assert.Equal((Day(start), Day(end)), (BudgetWindow.Start(period, at), BudgetWindow.End(period, at)));
    }

    [Theory]
    [InlineData("2026-11-20", "2026-11-01")]
    [InlineData("2026-12-02", "2026-11-30")] // the week began in the month before
    public void Earliest_IsTheFirstDayThatAnyPeriodHolds(string time, string earliest) => Assert.Equal(Day(earliest), BudgetWindow.Earliest(Day(time)));

    [Fact]
    public void Account_SpendingBeforeAndAfterMidnight_CountsWhereItBegan()
    {
        var account = new BudgetAccount();
        var midnight = Day("2026-11-20");
        account.Add(new NanoUsd(1), midnight.AddSeconds(-1), now: midnight.AddSeconds(-1));
        account.Add(new NanoUsd(10), midnight.AddSeconds(-1), now: midnight.AddSeconds(5)); // ended after it
        account.Add(new NanoUsd(100), midnight, now: midnight.AddSeconds(5));

        Assert.Equal(new NanoUsd(100), account.Spent(BudgetPeriod.Day, midnight.AddSeconds(5)));
        Assert.Equal(new NanoUsd(111), account.Spent(BudgetPeriod.Month, midnight.AddSeconds(5)));
        Assert.Equal(NanoUsd.Zero, account.Spent(BudgetPeriod.Day, midnight.AddDays(1)));
        Assert.Equal(new NanoUsd(111), account.Spent(BudgetPeriod.Month, Day("2026-11-30")));
        Assert.Equal(NanoUsd.Zero, account.Spent(BudgetPeriod.Month, Day("2026-12-01")));
    }

    [Fact]
    public void Account_ClockSetBack_KeepsWhatIsSpent()
    {
        var account = new BudgetAccount();
        var noon = Day("2026-11-20").AddHours(12);
        account.Add(new NanoUsd(5), noon, noon);

        Assert.Equal(new NanoUsd(5), account.Spent(BudgetPeriod.Day, noon.AddDays(-1)));
        account.Add(new NanoUsd(1), noon.AddDays(-1), noon.AddDays(-1)); // of a day that is over
        Assert.Equal(new NanoUsd(5), account.Spent(BudgetPeriod.Day, noon));
    }

    private static DateTimeOffset Day(string day) => DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
