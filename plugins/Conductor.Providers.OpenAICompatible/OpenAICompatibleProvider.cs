using Conductor.Providers.Http;
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

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        ProviderChores.ListAsync(settings.Http, () => AskModelsAsync(cancellationToken), id => Describe(new OpenAIModel(id)));

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => AskModelsAsync(cancellationToken));

    private async Task<IReadOnlyList<ModelDescriptor>> AskModelsAsync(CancellationToken cancellationToken)
    {
        var reply = await upstream.GetAsync("models", cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var models = await reply.ReadWholeAsync(body => OpenAIModelsReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
            return [.. models.Select(Describe)];
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
