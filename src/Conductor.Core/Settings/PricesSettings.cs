namespace Conductor.Settings;

/// <summary>`prices:`</summary>
public sealed record PricesSettings
{
    /// <summary>What happens to a call whose price is unknown; null = allow until a key or a budget exists, then refuse.</summary>
    public UnknownPriceRule? Unknown { get; init; }
}
