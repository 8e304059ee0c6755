using System.Buffers;
using System.Runtime.CompilerServices;
using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>Has Ollama fetch a model from its registry.</summary>
internal sealed class OllamaPuller(UpstreamClient upstream) : IModelPuller
{
    private const int LongestStatus = 120;

    public async IAsyncEnumerable<ModelPullProgress> PullAsync(string modelId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelId);
        var body = new ArrayBufferWriter<byte>(128);
        OllamaPull.Write(body, modelId);
        var reply = await upstream.SendAsync(new UpstreamRequest(OllamaPaths.Pull) { Body = body.WrittenMemory, IsStreaming = true, Model = modelId }, cancellationToken).ConfigureAwait(false);
        await using var replyLease = reply.ConfigureAwait(false);
        using var lines = new NdjsonReader(reply.Body, upstream.Profile.MaxEventBytes);
        OllamaPullLine? last = null;
        while (last is not { IsSuccess: true } && await reply.ReadLineAsync(lines, line => last = OllamaPull.ReadLine(line.Span), cancellationToken).ConfigureAwait(false))
        {
            yield return Describe(last!);
        }

        if (last is not { IsSuccess: true })
        {
            throw reply.Invalid($"Ollama stopped telling how far it is with model '{modelId}' before it was done.");
        }

        reply.Body.MarkOver();
    }

    // What is absent while nothing has come is nothing, as long as there is something to come. The text goes to a terminal.
    private static ModelPullProgress Describe(OllamaPullLine line)
    {
        var status = string.Concat(line.Status.Where(character => !char.IsControl(character)).Take(LongestStatus));
        return new ModelPullProgress(status, line.Completed ?? (line.Total is null ? null : 0), line.Total);
    }
}
