using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Vectors from one model of the upstream, typed.</summary>
internal sealed class OpenAICompatibleEmbeddingGenerator(OpenAICompatibleSettings settings, UpstreamClient upstream, string modelId)
    : HttpEmbeddingGenerator(settings.Http.Name, modelId)
{
    protected override async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        OpenAIEmbeddingsWriter.WriteRequest(body, ModelId, inputs, options);
        var ask = new UpstreamRequest("embeddings") { Body = body.WrittenMemory, Model = ModelId };
        var reply = await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var (vectors, usage) = await reply.ReadWholeAsync(answer => OpenAIEmbeddingsReader.ReadResponse(answer.Span), cancellationToken).ConfigureAwait(false);
            CheckCount(reply, vectors.Count, inputs.Count);
            return (vectors, usage?.ToDetails());
        }
    }
}
