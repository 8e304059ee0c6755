namespace Conductor.Settings;

/// <summary>What happens to a call whose price is unknown.</summary>
public enum UnknownPriceRule
{
    Refuse,
    Allow,
}
