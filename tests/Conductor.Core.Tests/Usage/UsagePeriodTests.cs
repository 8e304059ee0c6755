using System.Globalization;
using Conductor.Usage;

namespace Conductor.Core.Tests.Usage;

public sealed class UsagePeriodTests
{
    // A Friday.
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 15, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("today", "2026-11-20T00:00:00Z", null)]
    [InlineData("yesterday", "2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z")]
    [InlineData("week", "2026-11-16T00:00:00Z", null)]
    [InlineData("month", "2026-11-01T00:00:00Z", null)]
    [InlineData("all", "1970-01-01T00:00:00Z", null)]
    [InlineData("90m", "2026-11-20T14:00:00Z", null)]
    [InlineData("24h", "2026-11-19T15:30:00Z", null)]
    [InlineData("7d", "2026-11-13T15:30:00Z", null)]
    [InlineData("2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")]
    [InlineData("2025-12-31..2026-01-01", "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z")]
    public void Parse_EveryForm(string text, string from, string? until)
    {
        var period = UsagePeriod.Parse(text, Now)!.Value;

        Assert.Equal(Time(from), period.From);
        Assert.Equal(until is null ? Now.AddTicks(1) : Time(until), period.Until);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("1000000d")]
    [InlineData("2026-13")]
    [InlineData("2026-02-30")]
    [InlineData("2026-11-20..2026-11-19")]
    [InlineData("2026-11-20..")]
    public void Parse_AnythingElse_IsNothing(string text) => Assert.Null(UsagePeriod.Parse(text, Now));

    [Fact]
    public void Parse_InAnotherZone_CountsByUtc() =>
        Assert.Equal(Time("2026-11-20T00:00:00Z"), UsagePeriod.Parse("today", new DateTimeOffset(2026, 11, 21, 1, 0, 0, TimeSpan.FromHours(3)))!.Value.From);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
