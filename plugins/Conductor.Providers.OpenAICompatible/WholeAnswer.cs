using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One JSON body where a stream was asked for.</summary>
internal static class WholeAnswer
{
    /// <summary>What it means for a caller who must have events: the error inside it, or that it is no stream.</summary>
    public static async Task<ProviderException> ToExceptionAsync(UpstreamReply reply, CancellationToken cancellationToken)
    {
        var error = await reply.ReadWholeAsync(body => OpenAIErrorReader.TryRead(body.Span), cancellationToken).ConfigureAwait(false);
        return error is not null
            ? OpenAICompatibleErrors.FromInside(error, reply.RequestId)
            : OpenAICompatibleErrors.Invalid("The upstream answered a request for a stream with a whole answer.", reply.RequestId);
    }
}
