using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http;

/// <summary>Vectors from one model of an upstream. Holds nothing.</summary>
/// <param name="providerName">The provider's name in the configuration.</param>
/// <param name="modelId">The model, as the caller named it.</param>
public abstract class HttpEmbeddingGenerator(string providerName, string modelId) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(providerName, providerUri: null, modelId);

    /// <summary>The model, as the caller named it.</summary>
    protected string ModelId => modelId;

    /// <inheritdoc/>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var inputs = values as IReadOnlyList<string> ?? [.. values];
        if (inputs.Count == 0)
        {
            return [];
        }

        try
        {
            var (vectors, usage) = await AskAsync(inputs, options, cancellationToken).ConfigureAwait(false);
            return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector) { ModelId = modelId })) { Usage = usage };
        }
        catch (WireRequestException failure)
        {
            throw UpstreamErrors.FromRequest(failure);
        }
    }

    /// <inheritdoc/>
    public virtual object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are the provider's.
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks for the vectors of at least one text; as many come back, in the same order.</summary>
    /// <returns>The vectors, and what they used; null usage where the upstream does not say.</returns>
    /// <exception cref="WireRequestException">The dialect cannot say it.</exception>
    /// <exception cref="ProviderException">It was refused, or could not be sent, or the answer is none.</exception>
    protected abstract Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken);

    /// <summary>Refuses an answer with another number of vectors than there were texts.</summary>
    /// <exception cref="ProviderException">It has.</exception>
    protected static void CheckCount(UpstreamReply reply, int vectors, int inputs)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (vectors != inputs)
        {
            throw reply.Invalid($"{reply.Subject} sent {vectors} vectors for {inputs} inputs.");
        }
    }
}
