namespace Conductor.Providers.OpenAICompatible;

/// <summary>Bytes to the upstream and back, for callers who speak the OpenAI dialect themselves.</summary>
internal sealed class OpenAICompatibleTransport(UpstreamClient upstream) : IRawTransport
{
    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "openai" && endpoint is (RawEndpoint.Chat or RawEndpoint.Embeddings);

    public async Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Endpoint == RawEndpoint.Chat ? "chat/completions" : "embeddings";
        var reply = await upstream.PostAsync(path, request.Body, request.IsStreaming, cancellationToken).ConfigureAwait(false);
        if (request.IsStreaming && reply.ContentType == "application/json")
        {
            await using (reply.ConfigureAwait(false))
            {
                throw await WholeAnswer.ToExceptionAsync(reply, cancellationToken).ConfigureAwait(false);
            }
        }

        return new RawReply(reply.Body) { ContentType = reply.ContentType, UpstreamRequestId = reply.RequestId };
    }
}
