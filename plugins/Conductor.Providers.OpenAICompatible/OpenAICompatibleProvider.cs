using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One server that speaks the OpenAI dialect.</summary>
internal sealed class OpenAICompatibleProvider(OpenAICompatibleSettings settings, OpenAICompatibleService service) : IModelProvider
{
    // The list says names only. Nearly all of these servers can hold an answer to a schema; what else a model can do the catalogue knows, or the call finds out.
    private readonly ModelCapabilities _assumed = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Embeddings
        | (settings.Target.HasJsonSchema ? ModelCapabilities.JsonSchema : ModelCapabilities.None);

    public IRawTransport? RawTransport { get; } = settings.TakesBytes ? new OpenAIRawTransport(service, RawEndpoint.Chat, RawEndpoint.Embeddings, RawEndpoint.Completions) : null;

    public IChatClient GetChatClient(string modelId) => new OpenAIChatClient(service, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OpenAIEmbeddingGenerator(service, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => ProviderChores.ListAsync(
        service.Settings, async () => [.. (await service.AskModelsAsync(cancellationToken).ConfigureAwait(false)).Select(Describe)], id => Describe(new OpenAIModel(id)));

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => service.AskModelsAsync(cancellationToken));

    private ModelDescriptor Describe(OpenAIModel model) => new()
    {
        Id = model.Id,
        ContextWindow = model.ContextWindow,
        // The one thing that names do tell: nobody calls a chat model `…embed…`.
        Capabilities = model.Id.Contains("embed", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Embeddings : _assumed,
    };
}
