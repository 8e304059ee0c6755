using System.Globalization;
using Conductor.Money;

namespace Conductor.Abstractions.Tests.Money;

public sealed class NanoUsdTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1000000000")]
    [InlineData("0.000000001", "1")]
    [InlineData("0.0000000001", "1")]
    [InlineData("0.0000000010000000000000000001", "2")]
    [InlineData("-0.0000000001", "0")]
    [InlineData("-1.5", "-1500000000")]
    [InlineData("79228162514264337593.543950335", "79228162514264337593543950335")]
    public void FromUsd_AnyDecimal_RoundsUpToTheNextNanoDollar(string usd, string nano)
    {
        Assert.Equal(Amount(nano), NanoUsd.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void FromUsd_BeyondTheDecimal_Throws()
    {
        Assert.Throws<OverflowException>(() => NanoUsd.FromUsd(decimal.MaxValue));
    }

    [Theory]
    [InlineData("0", "0.000000000")]
    [InlineData("214350", "0.000214350")]
    [InlineData("1000000000", "1.000000000")]
    [InlineData("-1", "-0.000000001")]
    [InlineData("-1500000000", "-1.500000000")]
    [InlineData("170141183460469231731687303715884105727", "170141183460469231731687303715.884105727")]
    [InlineData("-170141183460469231731687303715884105728", "-170141183460469231731687303715.884105728")]
    public void ToString_AnyAmount_IsDollarsWithNineDecimals(string nano, string text)
    {
        Assert.Equal(text, Amount(nano).ToString());
    }

    [Fact]
    public void ToUsd_SmallestUnit_IsExact()
    {
        Assert.Equal(0.000000001m, new NanoUsd(1).ToUsd());
        Assert.Equal(79228162514264337593.543950335m, Amount("79228162514264337593543950335").ToUsd());
    }

    [Fact]
    public void ToUsd_BeyondTheDecimal_Throws()
    {
        Assert.Throws<OverflowException>(() => new NanoUsd(Int128.MaxValue).ToUsd());
    }

    [Fact]
    public void Add_BeyondItsRange_ThrowsAndNeverWraps()
    {
        Assert.Throws<OverflowException>(() => new NanoUsd(Int128.MaxValue) + new NanoUsd(1));
        Assert.Throws<OverflowException>(() => new NanoUsd(Int128.MinValue) - new NanoUsd(1));
    }

    [Fact]
    public void Compare_Amounts_OrdersByValue()
    {
        Assert.True(new NanoUsd(1) < new NanoUsd(2));
        Assert.True(new NanoUsd(2) >= new NanoUsd(2));
        Assert.Equal([new NanoUsd(-1), NanoUsd.Zero, new NanoUsd(3)], new[] { new NanoUsd(3), new NanoUsd(-1), NanoUsd.Zero }.Order());
    }

    private static NanoUsd Amount(string nano) => new(Int128.Parse(nano, CultureInfo.InvariantCulture));
}
