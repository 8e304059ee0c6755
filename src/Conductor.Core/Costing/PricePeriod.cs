using Conductor.Money;

namespace Conductor.Costing;

/// <summary>A price and when it is in force.</summary>
/// <param name="From">The first moment.</param>
/// <param name="Until">The first moment after it.</param>
/// <param name="Price">The price.</param>
public sealed record PricePeriod(DateTimeOffset From, DateTimeOffset Until, ModelPrice Price)
{
    /// <summary>A price that always holds.</summary>
    public static PricePeriod Always(ModelPrice price) => new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, price);

    /// <summary>Whether it is in force at a time.</summary>
    public bool Holds(DateTimeOffset at) => From <= at && (at < Until || Until == DateTimeOffset.MaxValue);
}
