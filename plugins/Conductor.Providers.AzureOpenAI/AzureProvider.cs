using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>One resource of Azure OpenAI.</summary>
internal sealed class AzureProvider(AzureSettings settings, AzureService service) : IModelProvider
{
    private const ModelCapabilities Chat = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools | ModelCapabilities.JsonSchema;

    public IRawTransport RawTransport { get; } = new AzureTransport(service);

    public IChatClient GetChatClient(string modelId) => new OpenAIChatClient(service, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OpenAIEmbeddingGenerator(service, modelId);

    /// <summary>The models of the settings: what the resource itself lists is what could be deployed there.</summary>
    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([.. settings.Deployments.Keys.Concat(settings.Http.Models).Distinct(StringComparer.OrdinalIgnoreCase).Select(Describe)]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => service.ProbeAsync(cancellationToken));

    private static ModelDescriptor Describe(string id) => new()
    {
        Id = id,
        Capabilities = id.Contains("embedding", StringComparison.OrdinalIgnoreCase) ? ModelCapabilities.Embeddings
            : ReasoningModels.Contains(id) ? Chat | ModelCapabilities.Reasoning
            : Chat,
    };
}
