using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers.Local.Sentiment;
using Conductor.Providers.Local.Summaries;

namespace Conductor.Providers.Local;

/// <summary>The embedded provider: what answers on a fresh machine.</summary>
internal sealed class LocalProvider(SentimentEngine sentiment, SummarizationEngine summarization) : IModelProvider
{
    // Quality scores follow docs/operations.md: the sentiment engine is right about seven times in ten on held-out texts,
    // and an extract never reads as well as a summary written by a model.
    private readonly IReadOnlyList<ModelDescriptor> _models =
    [
        Describe(sentiment, "Sentiment by lexicon and rules", quality: 0.6),
        Describe(summarization, "Summary from the text's own sentences", quality: 0.5),
    ];

    public IReadOnlyList<IOperationEngine> Engines { get; } = [sentiment, summarization];

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
