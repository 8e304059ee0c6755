using Conductor.Wire;
using System.Buffers;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Vectors from one model of the upstream, typed.</summary>
internal sealed class OpenAICompatibleEmbeddingGenerator(OpenAICompatibleSettings settings, UpstreamClient upstream, string modelId)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(settings.Name, providerUri: null, modelId);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var inputs = values as IReadOnlyList<string> ?? [.. values];
        if (inputs.Count == 0)
        {
            return [];
        }

        var body = new ArrayBufferWriter<byte>(1024);
        try
        {
            OpenAIEmbeddingsWriter.WriteRequest(body, modelId, inputs, options);
        }
        catch (WireRequestException failure)
        {
            throw OpenAICompatibleErrors.FromRequest(failure);
        }

        var reply = await upstream.PostAsync("embeddings", body.WrittenMemory, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            try
            {
                var (vectors, usage) = await reply.ReadWholeAsync(answer => OpenAIEmbeddingsReader.ReadResponse(answer.Span), cancellationToken).ConfigureAwait(false);
                return vectors.Count == inputs.Count
                    ? new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector) { ModelId = modelId })) { Usage = usage?.ToDetails() }
                    : throw OpenAICompatibleErrors.Invalid($"The upstream sent {vectors.Count} vectors for {inputs.Count} inputs.", reply.RequestId);
            }
            catch (WireResponseException failure)
            {
                throw OpenAICompatibleErrors.FromAnswer(failure, reply.RequestId);
            }
        }
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
        // Holds nothing: the connection pool is the host's.
    }
}
