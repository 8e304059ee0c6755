using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Entities;
using Conductor.Providers.Local.Intents;
using Conductor.Providers.Local.Sentiment;
using Conductor.Providers.Local.Summaries;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Local;

/// <summary>The embedded provider: what answers on a fresh machine.</summary>
internal sealed class LocalProvider(ITextEncoder encoder, IntentEngine intents, EntityEngine entities, SentimentEngine sentiment, SummarizationEngine summarization) : IModelProvider
{
    // Quality scores follow docs/operations.md: intents are right two times in three by names alone, far more often with examples; patterns of entities are right about nine times in ten, names two times in three; the sentiment engine is right about seven times in ten on held-out texts,
    // and an extract never reads as well as a summary written by a model.
    private readonly IReadOnlyList<ModelDescriptor> _models =
    [
        Describe(intents, "Intent by likeness of sentence vectors", quality: 0.65),
        Describe(entities, "Entities by patterns, and names by lists and context", quality: 0.6),
        Describe(sentiment, "Sentiment by lexicon and rules", quality: 0.6),
        Describe(summarization, "Summary from the text's own sentences", quality: 0.5),
        new()
        {
            Id = MiniLmEmbeddingGenerator.ModelId,
            DisplayName = "Sentence vectors by all-MiniLM-L6-v2",
            Capabilities = ModelCapabilities.Embeddings,
            ContextWindow = MiniLmEmbeddingGenerator.ContextWindow,
            Price = ModelPrice.Free,
            QualityScore = 0.6,
            Tier = "small",
        },
    ];

    public IReadOnlyList<IOperationEngine> Engines { get; } = [intents, entities, sentiment, summarization];

    public IEmbeddingGenerator<string, Embedding<float>>? GetEmbeddingGenerator(string modelId) =>
        modelId == MiniLmEmbeddingGenerator.ModelId ? new MiniLmEmbeddingGenerator(encoder) : null;

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult(_models);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);

    public NanoUsd? EstimateCost(string modelId, TokenUsage usage) => NanoUsd.Zero;

    private static ModelDescriptor Describe(IOperationEngine engine, string displayName, double quality) => new()
    {
        Id = engine.ModelId,
        DisplayName = displayName,
        Capabilities = ModelCapabilities.Operations,
        Operations = [engine.Operation],
        Price = ModelPrice.Free,
        QualityScore = quality,
        Tier = "small",
    };
}
