namespace Conductor.Providers.Http;

/// <summary>The header that a provider's key goes into.</summary>
/// <param name="Name">For example `x-api-key`.</param>
/// <param name="Prefix">What stands before the key, its space included; empty for the key alone.</param>
public sealed record KeyHeader(string Name, string Prefix = "")
{
    /// <summary>`Authorization: Bearer …`.</summary>
    public static KeyHeader Bearer { get; } = new("Authorization", "Bearer ");
}
