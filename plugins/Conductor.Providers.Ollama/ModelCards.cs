using System.Buffers;
using System.Collections.Concurrent;
using Conductor.Providers.Http;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>What each model can do, asked once for as long as the model behind the name stays the same.</summary>
internal sealed class ModelCards(UpstreamClient upstream, TimeProvider time)
{
    // A server without `/api/show` (a proxy) is not asked before every call.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Entry> _cards = new(StringComparer.Ordinal);
    private long _cannotShowSince = long.MinValue;

    /// <summary>The card of a model that is about to be called; null where the server cannot say.</summary>
    /// <exception cref="ProviderException">There is no such model, or no server.</exception>
    public async Task<OllamaModelCard?> FindAsync(string model, CancellationToken cancellationToken)
    {
        var name = ModelName.Short(model);
        return _cards.TryGetValue(name, out var known) ? known.Card : await AskAsync(name, model, "", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The card of a model that is listed, asked for again when its digest is another one.</summary>
    public async Task<OllamaModelCard?> RenewAsync(OllamaModel model, CancellationToken cancellationToken)
    {
        var name = ModelName.Short(model.Name);
        return _cards.TryGetValue(name, out var known) && known.Digest == model.Digest
            ? known.Card
            : await AskAsync(name, model.Name, model.Digest, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is known without asking.</summary>
    public OllamaModelCard? Known(string model) => _cards.TryGetValue(ModelName.Short(model), out var known) ? known.Card : null;

    /// <summary>Forgets every model that is not listed any more.</summary>
    public void KeepOnly(IReadOnlySet<string> models)
    {
        foreach (var gone in _cards.Keys.Where(model => !models.Contains(model)))
        {
            _cards.TryRemove(gone, out _);
        }
    }

    private async Task<OllamaModelCard?> AskAsync(string name, string model, string digest, CancellationToken cancellationToken)
    {
        var since = Volatile.Read(ref _cannotShowSince);
        if (since != long.MinValue && time.GetElapsedTime(since) < AskAgainAfter)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>(128);
        OllamaModelsReader.WriteShow(body, model);
        try
        {
            var reply = await upstream.SendAsync(new UpstreamRequest(OllamaPaths.Show) { Body = body.WrittenMemory, Model = model }, cancellationToken).ConfigureAwait(false);
            await using (reply.ConfigureAwait(false))
            {
                var card = await reply.ReadWholeAsync(answer => OllamaModelsReader.ReadShow(answer.Span), cancellationToken).ConfigureAwait(false);
                _cards[name] = new Entry(digest, card);
                return card;
            }
        }
        catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.Unsupported)
        {
            Volatile.Write(ref _cannotShowSince, time.GetTimestamp());
            return null;
        }
        catch (ProviderException failure) when (failure.Kind is ProviderErrorKind.ServerError or ProviderErrorKind.InvalidResponse or ProviderErrorKind.InvalidRequest)
        {
            return null; // the call itself will show what it is worth
        }
    }

    private sealed record Entry(string Digest, OllamaModelCard Card);
}
