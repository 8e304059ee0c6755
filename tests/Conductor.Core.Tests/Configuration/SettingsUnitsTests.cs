using Conductor.Configuration;

namespace Conductor.Core.Tests.Configuration;

public sealed class SettingsUnitsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    public void Duration_NumberWithUnit_IsRead(string text, long milliseconds)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SettingsUnits.Duration(text));
    }

    [Theory]
    [InlineData("1B", 1)]
    [InlineData("64KiB", 65_536)]
    [InlineData("256MB", 256_000_000)]
    [InlineData("256 MiB", 268_435_456)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("99999999999GiB", long.MaxValue)]
    public void Size_NumberWithUnit_IsRead(string text, long bytes)
    {
        Assert.Equal(bytes, SettingsUnits.Size(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 hour")]
    [InlineData("1e3s")]
    public void Duration_AnythingElse_IsNone(string text)
    {
        Assert.Null(SettingsUnits.Duration(text));
        Assert.Null(SettingsUnits.Size(text));
    }

    [Fact]
    public void Duration_BeyondAllMeasure_IsTheLongestThereIs()
    {
        Assert.Equal(TimeSpan.MaxValue, SettingsUnits.Duration("99999999999999999999d"));
    }

    [Theory]
    [InlineData("100ms")]
    [InlineData("90s")]
    [InlineData("30d")]
    [InlineData("0s")]
    public void Show_Duration_IsWrittenAsItIsRead(string text)
    {
        Assert.Equal(text, SettingsUnits.Show(SettingsUnits.Duration(text)!.Value));
    }
}
