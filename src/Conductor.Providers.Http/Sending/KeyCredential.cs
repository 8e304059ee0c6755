using Conductor.Security;

namespace Conductor.Providers.Http;

/// <summary>A key, the same for every request.</summary>
/// <param name="key">The key; null where there is none.</param>
/// <param name="header">Where it goes.</param>
public sealed class KeyCredential(Secret? key, KeyHeader header) : IUpstreamCredential
{
    private readonly string? _value = key is null ? null : header.Prefix + key.Reveal();

    /// <inheritdoc/>
    public string Header => header.Name;

    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(CancellationToken cancellationToken) => new(_value);
}
