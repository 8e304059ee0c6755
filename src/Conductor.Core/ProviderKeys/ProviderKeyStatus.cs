namespace Conductor.ProviderKeys;

/// <summary>How one of a provider's keys stands. The key itself is nowhere in it.</summary>
/// <param name="Number">Its place in the configuration, from 1.</param>
/// <param name="State">`in_use`; `exhausted`: the upstream takes no more requests with it for some model now; `set_aside`: the upstream refused it, and others go on.</param>
/// <param name="Reason">Why it was refused; null while it is not.</param>
/// <param name="Left">How long that lasts; null while it is in use.</param>
/// <param name="Requests">Attempts that were made with it since the provider was made.</param>
public sealed record ProviderKeyStatus(int Number, string State, string? Reason, TimeSpan? Left, long Requests);
