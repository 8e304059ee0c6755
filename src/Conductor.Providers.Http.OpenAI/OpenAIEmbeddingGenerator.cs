using System.Buffers;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>Vectors from one model of an upstream of this dialect, typed.</summary>
/// <param name="service">The upstream.</param>
/// <param name="modelId">The model, as the caller named it.</param>
public sealed class OpenAIEmbeddingGenerator(OpenAIService service, string modelId) : HttpEmbeddingGenerator(service.Settings.Name, modelId)
{
    /// <inheritdoc/>
    protected override async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        OpenAIEmbeddingsWriter.WriteRequest(body, service.WireName(ModelId), inputs, options);
        var ask = new UpstreamRequest(service.PathOf(RawEndpoint.Embeddings, ModelId)) { Body = body.WrittenMemory, Model = ModelId };
        var reply = await service.Upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var (vectors, usage) = await reply.ReadWholeAsync(answer => OpenAIEmbeddingsReader.ReadResponse(answer.Span), cancellationToken).ConfigureAwait(false);
            CheckCount(reply, vectors.Count, inputs.Count);
            return (vectors, usage?.ToDetails());
        }
    }
}
