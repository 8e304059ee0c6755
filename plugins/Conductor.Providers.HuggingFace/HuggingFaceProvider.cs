using Conductor.Operations;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.HuggingFace;

/// <summary>Models of the hub.</summary>
internal sealed class HuggingFaceProvider(HuggingFaceSettings settings, HuggingFaceService service) : IModelProvider
{
    private const ModelCapabilities Chat = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools | ModelCapabilities.JsonSchema;

    public IRawTransport RawTransport { get; } = new OpenAIRawTransport(
        service, settings.IsDedicated ? [RawEndpoint.Chat, RawEndpoint.Embeddings, RawEndpoint.Completions] : [RawEndpoint.Chat]);

    public IReadOnlyList<IOperationEngine> Engines { get; } = [.. settings.Engines.Select(pair => CreateEngine(service, pair.Key, pair.Value))];

    public IChatClient GetChatClient(string modelId) => new OpenAIChatClient(service, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) =>
        settings.IsDedicated ? new OpenAIEmbeddingGenerator(service, modelId) : new FeatureGenerator(service, modelId);

    public async Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var listed = await ProviderChores.ListAsync(
            settings.Http, async () => [.. (await service.AskListAsync(cancellationToken).ConfigureAwait(false)).Select(Describe)], id => Describe(new OpenAIModel(id))).ConfigureAwait(false);
        var engines = Engines.GroupBy(engine => engine.ModelId).Select(models => new ModelDescriptor
        {
            Id = models.Key,
            Capabilities = ModelCapabilities.Operations,
            Operations = [.. models.Select(engine => engine.Operation)],
        }).ToList();
        return [.. listed.Where(model => engines.TrueForAll(engine => engine.Id != model.Id)), .. engines];
    }

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => ProviderChores.CheckAsync(() => service.AskListAsync(cancellationToken));

    private static TaskEngine CreateEngine(HuggingFaceService service, string operation, string model) => operation switch
    {
        "sentiment_analysis" => new SentimentTask(service, model),
        "entity_extraction" => new EntityTask(service, model),
        "summarization" => new SummaryTask(service, model),
        _ => new IntentTask(service, model),
    };

    private static ModelDescriptor Describe(OpenAIModel model) => new()
    {
        Id = model.Id,
        ContextWindow = model.ContextWindow,
        // The router lists models for chat; others are named by whoever wants them, and their names tell.
        Capabilities = model.Id.Contains("embed", StringComparison.OrdinalIgnoreCase) || model.Id.StartsWith("sentence-transformers/", StringComparison.OrdinalIgnoreCase)
            || model.Id.StartsWith("BAAI/bge", StringComparison.OrdinalIgnoreCase) || model.Id.Contains("/e5-", StringComparison.OrdinalIgnoreCase)
            ? ModelCapabilities.Embeddings
            : Chat,
    };
}
