using Conductor.Wire;
using System.Buffers;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Vectors from one model of Ollama.</summary>
internal sealed class OllamaEmbeddingGenerator(OllamaSettings settings, OllamaHttp http, ModelCards cards, ContextSizer sizer, string modelId)
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

        var card = await cards.FindAsync(modelId, cancellationToken).ConfigureAwait(false);
        var longest = inputs.Select(TokenEstimate.Of).MaxBy(estimate => estimate.Most); // each text has the context to itself
        var size = sizer.Choose(modelId, card?.ContextLength, longest, output: 0, thinks: false);
        while (true)
        {
            int? larger;
            try
            {
                return await AskAsync(inputs, options?.Dimensions, size, card is not null, cancellationToken).ConfigureAwait(false);
            }
            catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ContextLengthExceeded
                && (larger = sizer.Larger(size, modelId, card?.ContextLength, longest, output: 0, thinks: false)) is not null)
            {
                size = larger.Value;
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

    private async Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(
        IReadOnlyList<string> inputs, int? dimensions, int numCtx, bool isKnown, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        try
        {
            OllamaEmbed.Write(body, modelId, inputs, dimensions, new OllamaServing { NumCtx = numCtx, KeepAlive = settings.KeepAlive });
        }
        catch (WireRequestException failure)
        {
            throw OllamaErrors.FromRequest(failure);
        }

        var reply = await http.PostAsync("api/embed", modelId, body.WrittenMemory, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var (vectors, tokens) = await reply.ReadWholeAsync(answer => OllamaEmbed.Read(answer.Span), cancellationToken).ConfigureAwait(false);
            if (vectors.Count != inputs.Count)
            {
                throw OllamaErrors.Invalid($"Ollama sent {vectors.Count} vectors for {inputs.Count} texts.");
            }

            if (isKnown)
            {
                sizer.Keep(modelId, numCtx);
            }

            return new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector) { ModelId = modelId }))
            {
                Usage = tokens is { } count ? new UsageDetails { InputTokenCount = count, TotalTokenCount = count } : null,
            };
        }
    }
}
