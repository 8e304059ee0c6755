using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Conductor.Plugins;

namespace Conductor.Providers.Http;

/// <summary>The keys that the host chooses from: which one a request shows, and what its answer said of it.</summary>
internal sealed class KeyRingCredential
{
    private readonly IProviderKeys _ring;
    private readonly KeyHeader _header;
    private readonly ConcurrentDictionary<int, string> _values = new();

    public KeyRingCredential(IProviderKeys ring, KeyHeader header)
    {
        (_ring, _header) = (ring, header);
        ring.Join();
    }

    public ProviderKey Current => _ring.Current;

    /// <summary>The header's value.</summary>
    public string ValueOf(ProviderKey key) => _values.TryGetValue(key.Number, out var value) ? value : _values.GetOrAdd(key.Number, _header.Prefix + key.Value.Reveal());

    /// <summary>A success: what the headers say is left.</summary>
    public void Tell(ProviderKey key, UpstreamRequest ask, HttpResponseHeaders headers, TimeProvider time) =>
        _ring.Report(key, new ProviderKeyReport(ask.Model) { ExhaustedFor = UsedUpLimits.Read(headers, time) });

    /// <summary>A failure: only one that is the key's own says something of it.</summary>
    public void Tell(ProviderKey key, UpstreamRequest ask, Exception failure)
    {
        if (failure is ProviderException { Kind: ProviderErrorKind.Credentials or ProviderErrorKind.QuotaExhausted or ProviderErrorKind.RateLimited } told)
        {
            _ring.Report(key, new ProviderKeyReport(ask.Model, told.Kind, told.Kind == ProviderErrorKind.RateLimited ? told.RetryAfter : null));
        }
    }
}
