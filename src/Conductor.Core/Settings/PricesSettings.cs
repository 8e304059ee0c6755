namespace Conductor.Settings;

/// <summary>`prices:`</summary>
public sealed record PricesSettings
{
    /// <summary>What happens to a call whose price is unknown; null = allow until a key or a budget exists, then refuse.</summary>
    public UnknownPriceRule? Unknown { get; init; }

    /// <summary>What a call of unknown price is booked with under <see cref="UnknownPriceRule.Quarantine"/>.</summary>
    public PriceSettings Ceiling { get; init; } = new() { Input = 150, Output = 600 }; // the dearest that a large provider has listed: o1-pro
}
