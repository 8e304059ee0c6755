namespace Conductor.Sealing;

/// <summary>One of a provider's keys, without the key.</summary>
/// <param name="IsSealed">Whether it is written encrypted.</param>
/// <param name="Weight">Its share among the provider's keys; null = 1.</param>
/// <param name="Rpm">Requests in any sixty seconds; null = as many as there are.</param>
/// <param name="Tpm">Tokens in any sixty seconds; null = as many as there are.</param>
public sealed record ProviderKeyEntry(bool IsSealed, decimal? Weight = null, long? Rpm = null, long? Tpm = null);
