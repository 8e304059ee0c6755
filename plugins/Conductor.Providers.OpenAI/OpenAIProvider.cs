using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAI;

/// <summary>OpenAI.</summary>
internal sealed class OpenAIProvider(OpenAIModelsService service) : IModelProvider
{
    private const ModelCapabilities Chat = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools | ModelCapabilities.JsonSchema;

    // What the list holds besides models for text; their endpoints are not Conductor's.
    private static readonly string[] OtherKinds = ["whisper", "tts", "dall-e", "image", "sora", "moderation", "realtime", "transcribe", "babbage", "davinci", "-instruct"];

    public IRawTransport RawTransport { get; } = new OpenAIRawTransport(service, RawEndpoint.Chat, RawEndpoint.Embeddings, RawEndpoint.Responses, RawEndpoint.Completions);

    public IChatClient GetChatClient(string modelId) => new OpenAIChatClient(service, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new OpenAIEmbeddingGenerator(service, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => ProviderChores.ListAsync(
        service.Settings,
        async () => [.. (await service.AskModelsAsync(cancellationToken).ConfigureAwait(false)).Select(model => model.Id).Where(IsText).Select(Describe)],
        Describe);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => service.AskModelsAsync(cancellationToken));

    private static bool IsText(string id) => !OtherKinds.Any(kind => id.Contains(kind, StringComparison.Ordinal));

    private static ModelDescriptor Describe(string id) => new()
    {
        Id = id,
        Capabilities = id.Contains("embedding", StringComparison.Ordinal) ? ModelCapabilities.Embeddings
            : ReasoningModels.Contains(id) ? Chat | ModelCapabilities.Reasoning
            : Chat,
    };
}
