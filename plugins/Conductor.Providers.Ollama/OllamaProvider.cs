using Conductor.Providers.Http;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>One Ollama.</summary>
internal sealed class OllamaProvider(OllamaSettings settings, UpstreamClient upstream, ModelCards cards, ContextSizer sizer, ChatSender sender, OllamaTransport raw, TimeProvider time) : IModelProvider
{
    // The host waits two seconds for a list; what is known until then is better than nothing.
    private static readonly TimeSpan ListLimit = TimeSpan.FromMilliseconds(1_500);

    // A server that accepts connections and says nothing, or breaks off, may only be busy with a large model.
    private const int SilencesUntilGone = 3;
    private const int CardsAtOnce = 4;

    private int _silences;
    private volatile bool _hasAnswered;

    public IModelPuller Puller { get; } = new OllamaPuller(upstream);

    public IRawTransport RawTransport { get; } = raw;

    public IChatClient GetChatClient(string modelId) => new OllamaChatClient(settings, sender, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OllamaEmbeddingGenerator(settings, upstream, cards, sizer, modelId);

    /// <summary>What is on Ollama's disk. An Ollama that is not there has no models, which is no failure: it may come at any time.</summary>
    public async Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ListLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        IReadOnlyList<OllamaModel> models;
        try
        {
            if (!_hasAnswered && !await LoopbackProbe.MayAnswerAsync(settings.Http.BaseUrl, linked.Token).ConfigureAwait(false))
            {
                return [];
            }

            models = await AskTagsAsync(linked.Token).ConfigureAwait(false);
            _hasAnswered = true;
            _silences = 0;
        }
        catch (ProviderException failure) when (OllamaErrors.IsNobodyThere(failure))
        {
            _hasAnswered = false;
            return [];
        }
        catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.Network)
        {
            if (++_silences >= SilencesUntilGone)
            {
                return [];
            }

            throw;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ++_silences >= SilencesUntilGone ? [] : throw new ProviderException(ProviderErrorKind.Timeout, "Ollama did not list its models in time.");
        }

        await RenewCardsAsync(models, linked.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var names = models.Select(model => ModelName.Short(model.Name)).ToHashSet(StringComparer.Ordinal);
        cards.KeepOnly(names);
        sizer.KeepOnly(names);
        return [.. models.Select(model => ModelAbilities.Describe(model, cards.Known(model.Name), settings.MaxNumCtx))];
    }

    public async Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskTagsAsync(cancellationToken).ConfigureAwait(false);
            return ProviderHealth.Healthy;
        }
        catch (ProviderException failure)
        {
            return new ProviderHealth(ProviderHealthStatus.Unhealthy, failure.Message);
        }
    }

    private async Task<IReadOnlyList<OllamaModel>> AskTagsAsync(CancellationToken cancellationToken)
    {
        var reply = await upstream.GetAsync(OllamaPaths.Tags, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await reply.ReadWholeAsync(body => OllamaModelsReader.ReadTags(body.Span), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for the cards that are not known. What does not come in time, or fails, is asked for with the next list.</summary>
    private async Task RenewCardsAsync(IReadOnlyList<OllamaModel> models, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = CardsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(models, options, async (model, token) =>
            {
                try
                {
                    await cards.RenewAsync(model, token).ConfigureAwait(false);
                }
                catch (ProviderException)
                {
                    // Its model is listed without it.
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The limit, or the caller; the caller's is looked at afterwards.
        }
    }
}
