using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire.Gemini;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google;

/// <summary>Vectors from one of Google's models. More texts than one request may hold are asked for in several.</summary>
internal sealed class GoogleEmbeddingGenerator(GoogleSettings settings, UpstreamClient upstream, string modelId) : HttpEmbeddingGenerator(settings.Http.Name, modelId)
{
    protected override async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var vectors = new List<ReadOnlyMemory<float>>(inputs.Count);
        long tokens = 0;
        var isStated = true;
        foreach (var batch in inputs.Chunk(GeminiEmbeddingsReader.MaxInputs))
        {
            var (some, used) = await AskBatchAsync(batch, options, cancellationToken).ConfigureAwait(false);
            vectors.AddRange(some);
            isStated &= used is not null;
            tokens += used ?? 0;
        }

        // Most models say nothing of what they used; half a sum would be worse than none.
        return (vectors, isStated ? new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens } : null);
    }

    private async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, long? Tokens)> AskBatchAsync(
        string[] inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        GeminiEmbeddingsWriter.WriteRequest(body, ModelId, inputs, options);
        var ask = new UpstreamRequest(settings.PathOf(ModelId, GoogleTransport.BatchEmbed)) { Body = body.WrittenMemory, Model = ModelId };
        var reply = await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var (vectors, usage) = await reply.ReadWholeAsync(answer => GeminiEmbeddingsReader.ReadResponse(answer.Span), cancellationToken).ConfigureAwait(false);
            CheckCount(reply, vectors.Count, inputs.Length);
            return (vectors, usage?.InputTokens);
        }
    }
}
