namespace Conductor.Providers;

/// <summary>How a provider is.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Message">One sentence for the operator; never a secret or an upstream's own text. Null when healthy.</param>
public sealed record ProviderHealth(ProviderHealthStatus Status, string? Message = null)
{
    /// <summary>All is well.</summary>
    public static ProviderHealth Healthy { get; } = new(ProviderHealthStatus.Healthy);
}
