using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.HuggingFace;

/// <summary>Vectors from one model of the hub. It states no usage; Conductor estimates it.</summary>
internal sealed class FeatureGenerator(HuggingFaceService service, string modelId) : HttpEmbeddingGenerator(service.Settings.Name, modelId)
{
    protected override async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Dimensions is not null)
        {
            throw new WireRequestException("dimensions", "'dimensions' cannot be asked of a model of the hub; its vectors have the length that they have.", WireRequestCodes.Unsupported);
        }

        var body = new ArrayBufferWriter<byte>(1024);
        WireJson.Write(body, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("inputs"u8);
            foreach (var input in inputs)
            {
                writer.WriteStringValue(input);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        var ask = new UpstreamRequest(service.FeaturesPathOf(ModelId)) { Body = body.WrittenMemory, Model = ModelId };
        var reply = await service.Upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var vectors = await reply.ReadWholeAsync(answer => FeatureReader.Read(answer.Span, inputs.Count), cancellationToken).ConfigureAwait(false);
            CheckCount(reply, vectors.Count, inputs.Count);
            return (vectors, null);
        }
    }
}
