using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One server that speaks the OpenAI dialect.</summary>
internal sealed class OpenAICompatibleProvider(OpenAICompatibleService service) : IModelProvider
{
    // The list says names only. All these servers can hold an answer to a schema; what else a model can do the catalogue knows, or the call finds out.
    private const ModelCapabilities Assumed = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.JsonSchema | ModelCapabilities.Embeddings;

    public IRawTransport RawTransport { get; } = new OpenAIRawTransport(service, RawEndpoint.Chat, RawEndpoint.Embeddings);

    public IChatClient GetChatClient(string modelId) => new OpenAIChatClient(service, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OpenAIEmbeddingGenerator(service, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => ProviderChores.ListAsync(
        service.Settings, async () => [.. (await service.AskModelsAsync(cancellationToken).ConfigureAwait(false)).Select(Describe)], id => Describe(new OpenAIModel(id)));

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => service.AskModelsAsync(cancellationToken));

    private static ModelDescriptor Describe(OpenAIModel model) => new()
    {
        Id = model.Id,
        ContextWindow = model.ContextWindow,
        // The one thing that names do tell: nobody calls a chat model `…embed…`.
        Capabilities = model.Id.Contains("embed", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Embeddings : Assumed,
    };
}
