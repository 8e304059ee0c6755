namespace Conductor.Providers.Http;

/// <summary>Bytes to an upstream and back, for callers who speak its dialect themselves.</summary>
public static class RawSender
{
    /// <summary>Sends a request's body as it is, or the one in <paramref name="ask"/>.</summary>
    /// <exception cref="ProviderException">The upstream refused, failed or could not be reached, or sent one whole answer where a stream was asked for.</exception>
    public static async Task<RawReply> SendAsync(UpstreamClient upstream, UpstreamRequest ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var reply = await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
        if (ask.IsStreaming && reply.ContentType == "application/json")
        {
            await using (reply.ConfigureAwait(false))
            {
                throw await reply.ToNoStreamAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        return new RawReply(reply.Body) { ContentType = reply.ContentType, UpstreamRequestId = reply.RequestId };
    }
}
