using System.Globalization;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Local.Encoder;

/// <summary>The encoder as a generator of embeddings.</summary>
internal sealed class MiniLmEmbeddingGenerator(ITextEncoder encoder) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The model's id within the provider.</summary>
    public const string ModelId = "all-minilm-l6-v2";

    /// <summary>Word pieces that the model reads at once, the two special ones included.</summary>
    public const int ContextWindow = 256;

    private readonly EmbeddingGeneratorMetadata _metadata = new("local", providerUri: null, ModelId, encoder.Dimensions);

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != encoder.Dimensions)
        {
            throw new ProviderException(
                ProviderErrorKind.Unsupported,
                string.Create(CultureInfo.InvariantCulture, $"'{ModelId}' makes vectors of {encoder.Dimensions} dimensions, not of {dimensions}: leave 'dimensions' out.")) { Param = "dimensions" };
        }

        return GenerateAsync(values as IReadOnlyList<string> ?? [.. values], cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
        // Holds nothing: the encoder is the provider's.
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var encoded = await encoder.EncodeAsync(texts, cancellationToken).ConfigureAwait(false);
        var tokens = encoded.Sum(text => (long)text.Tokens);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(encoded.Select(text => new Embedding<float>(text.Vector) { ModelId = ModelId }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
        var longer = encoded.Count(text => text.Windows > 1);
        if (longer > 0)
        {
            EmbeddingNotices.Add(embeddings, string.Create(
                CultureInfo.InvariantCulture,
                $"Longer than the {ContextWindow} word pieces that '{ModelId}' reads at once: {longer} of {encoded.Count} texts, each turned into the mean of overlapping windows."));
        }

        return embeddings;
    }
}
