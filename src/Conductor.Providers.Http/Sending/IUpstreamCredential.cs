using Conductor.Security;

namespace Conductor.Providers.Http;

/// <summary>What a request shows to be let in.</summary>
public interface IUpstreamCredential
{
    /// <summary>The header's name.</summary>
    string Header { get; }

    /// <summary>The header's value now; null: the request goes without.</summary>
    /// <exception cref="ProviderException">There is none to be had.</exception>
    ValueTask<string?> GetAsync(CancellationToken cancellationToken);
}

/// <summary>A key, the same for every request.</summary>
/// <param name="key">The key; null where there is none.</param>
/// <param name="header">Where it goes.</param>
public sealed class KeyCredential(Secret? key, KeyHeader header) : IUpstreamCredential
{
    /// <inheritdoc/>
    public string Header => header.Name;

    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(CancellationToken cancellationToken) =>
        new(key is null ? null : header.Prefix.Length == 0 ? key.Reveal() : header.Prefix + key.Reveal());
}
