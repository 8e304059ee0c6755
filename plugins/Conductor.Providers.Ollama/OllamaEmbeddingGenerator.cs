using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Vectors from one model of Ollama.</summary>
internal sealed class OllamaEmbeddingGenerator(OllamaSettings settings, UpstreamClient upstream, ModelCards cards, ContextSizer sizer, string modelId)
    : HttpEmbeddingGenerator(settings.Http.Name, modelId)
{
    protected override async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        var card = await cards.FindAsync(ModelId, cancellationToken).ConfigureAwait(false);
        var longest = inputs.Select(TokenEstimate.Of).MaxBy(estimate => estimate.Most); // each text has the context to itself
        var size = sizer.Choose(ModelId, card?.ContextLength, longest, output: 0, thinks: false);
        while (true)
        {
            int? larger;
            try
            {
                return await AskAsync(inputs, options?.Dimensions, size, card is not null, cancellationToken).ConfigureAwait(false);
            }
            catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ContextLengthExceeded
                && (larger = sizer.Larger(size, ModelId, card?.ContextLength, longest, output: 0, thinks: false)) is not null)
            {
                size = larger.Value;
            }
        }
    }

    private async Task<(IReadOnlyList<ReadOnlyMemory<float>> Vectors, UsageDetails? Usage)> AskAsync(
        IReadOnlyList<string> inputs, int? dimensions, int numCtx, bool isKnown, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        OllamaEmbed.Write(body, ModelId, inputs, dimensions, new OllamaServing { NumCtx = numCtx, KeepAlive = settings.KeepAlive });
        var reply = await upstream.SendAsync(new UpstreamRequest(OllamaPaths.Embed) { Body = body.WrittenMemory, Model = ModelId }, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var (vectors, tokens) = await reply.ReadWholeAsync(answer => OllamaEmbed.Read(answer.Span), cancellationToken).ConfigureAwait(false);
            CheckCount(reply, vectors.Count, inputs.Count);
            if (isKnown)
            {
                sizer.Keep(ModelId, numCtx);
            }

            return ([.. vectors.Select(vector => new ReadOnlyMemory<float>(vector))], tokens is { } count ? new UsageDetails { InputTokenCount = count, TotalTokenCount = count } : null);
        }
    }
}
