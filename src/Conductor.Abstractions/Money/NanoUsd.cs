using System.Globalization;

namespace Conductor.Money;

/// <summary>An amount of money in billionths of a US dollar. Whole numbers of 128 bits, checked: no rounding, no overflow that goes unseen.</summary>
/// <param name="Value">The amount in nano-dollars; 1 USD = 1,000,000,000.</param>
public readonly record struct NanoUsd(Int128 Value) : IComparable<NanoUsd>
{
    private const long PerUsd = 1_000_000_000;

    /// <summary>Nothing.</summary>
    public static NanoUsd Zero => default;

    /// <summary>An amount in dollars, rounded up to the next nano-dollar.</summary>
    /// <exception cref="OverflowException">The amount does not fit a <see cref="decimal"/> once scaled (about 7.9e19 USD).</exception>
    public static NanoUsd FromUsd(decimal usd) => new((Int128)decimal.Ceiling(usd * PerUsd));

    /// <summary>The amount in dollars.</summary>
    /// <exception cref="OverflowException">The amount is beyond a <see cref="decimal"/>.</exception>
    public decimal ToUsd() => (decimal)Value / PerUsd;

    /// <summary>The sum.</summary>
    public static NanoUsd operator +(NanoUsd left, NanoUsd right) => new(checked(left.Value + right.Value));

    /// <summary>The difference.</summary>
    public static NanoUsd operator -(NanoUsd left, NanoUsd right) => new(checked(left.Value - right.Value));

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(NanoUsd left, NanoUsd right) => left.Value < right.Value;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(NanoUsd left, NanoUsd right) => left.Value > right.Value;

    /// <summary>Whether the left amount is smaller or the same.</summary>
    public static bool operator <=(NanoUsd left, NanoUsd right) => left.Value <= right.Value;

    /// <summary>Whether the left amount is larger or the same.</summary>
    public static bool operator >=(NanoUsd left, NanoUsd right) => left.Value >= right.Value;

    /// <summary>The sum.</summary>
    public static NanoUsd Add(NanoUsd left, NanoUsd right) => left + right;

    /// <summary>The difference.</summary>
    public static NanoUsd Subtract(NanoUsd left, NanoUsd right) => left - right;

    /// <inheritdoc/>
    public int CompareTo(NanoUsd other) => Value.CompareTo(other.Value);

    /// <summary>Dollars with nine decimals, for example `0.000214350`.</summary>
    public override string ToString()
    {
        // Unsigned, because the smallest Int128 has no positive counterpart.
        var magnitude = Value < 0 ? UInt128.Zero - (UInt128)Value : (UInt128)Value;
        var (whole, rest) = UInt128.DivRem(magnitude, PerUsd);
        return string.Create(CultureInfo.InvariantCulture, $"{(Value < 0 ? "-" : "")}{whole}.{(long)rest:D9}");
    }
}
