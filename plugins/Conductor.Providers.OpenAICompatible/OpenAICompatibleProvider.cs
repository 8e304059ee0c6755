using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One server that speaks the OpenAI dialect.</summary>
internal sealed class OpenAICompatibleProvider(OpenAICompatibleSettings settings, UpstreamClient upstream) : IModelProvider
{
    // The list says names only. All these servers can hold an answer to a schema; what else a model can do the catalogue knows, or the call finds out.
    private const ModelCapabilities Assumed = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.JsonSchema | ModelCapabilities.Embeddings;

    public IRawTransport RawTransport { get; } = new OpenAICompatibleTransport(upstream);

    public IChatClient GetChatClient(string modelId) => new OpenAICompatibleChatClient(settings, upstream, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OpenAICompatibleEmbeddingGenerator(settings, upstream, modelId);

    public async Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OpenAIModel> listed;
        try
        {
            listed = await AskModelsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ModelNotFound && settings.Models.Count > 0)
        {
            listed = []; // a server without a list, whose models are named in the configuration
        }

        var models = listed.Select(Describe).ToList();
        var known = models.Select(model => model.Id).ToHashSet(StringComparer.Ordinal);
        models.AddRange(settings.Models.Where(known.Add).Select(id => Describe(new OpenAIModel(id))));
        return models;
    }

    public async Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskModelsAsync(cancellationToken).ConfigureAwait(false);
            return ProviderHealth.Healthy;
        }
        catch (ProviderException failure)
        {
            return failure.Kind switch
            {
                // It answers, only not to this question, or not now.
                ProviderErrorKind.ModelNotFound => new ProviderHealth(ProviderHealthStatus.Degraded, "It answers but has no list of models at this address."),
                ProviderErrorKind.RateLimited or ProviderErrorKind.Overloaded => new ProviderHealth(ProviderHealthStatus.Degraded, failure.Message),
                _ => new ProviderHealth(ProviderHealthStatus.Unhealthy, failure.Message),
            };
        }
    }

    private async Task<IReadOnlyList<OpenAIModel>> AskModelsAsync(CancellationToken cancellationToken)
    {
        var reply = await upstream.GetAsync("models", cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            try
            {
                return await reply.ReadWholeAsync(body => OpenAIModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
            }
            catch (WireResponseException failure)
            {
                throw OpenAICompatibleErrors.FromAnswer(failure, reply.RequestId);
            }
        }
    }

    private static ModelDescriptor Describe(OpenAIModel model) => new()
    {
        Id = model.Id,
        ContextWindow = model.ContextWindow,
        // The one thing that names do tell: nobody calls a chat model `…embed…`.
        Capabilities = model.Id.Contains("embed", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Embeddings : Assumed,
    };
}
