using Conductor.Security;

namespace Conductor.Settings;

/// <summary>One of a provider's `keys:`</summary>
/// <param name="Value">The key itself.</param>
public sealed record ProviderKeySettings(Secret Value)
{
    /// <summary>Its share among the provider's keys; more than zero.</summary>
    public decimal Weight { get; init; } = 1;

    /// <summary>What may be taken with it: requests and tokens in any sixty seconds.</summary>
    public RateLimitSettings Limits { get; init; } = RateLimitSettings.None;
}
