namespace Conductor.Settings;

/// <summary>What happens to a call whose price is unknown.</summary>
public enum UnknownPriceRule
{
    /// <summary>It is not made.</summary>
    Refuse,

    /// <summary>It is made and booked at <see cref="PricesSettings.Ceiling"/>, as an estimate.</summary>
    Quarantine,

    /// <summary>It is made, and its cost stays unknown.</summary>
    Allow,
}
