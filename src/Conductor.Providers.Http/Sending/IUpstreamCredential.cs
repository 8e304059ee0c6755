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
