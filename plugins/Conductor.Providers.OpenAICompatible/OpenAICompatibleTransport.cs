using Conductor.Providers.Http;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Bytes to the upstream and back, for callers who speak the OpenAI dialect themselves.</summary>
internal sealed class OpenAICompatibleTransport(UpstreamClient upstream) : IRawTransport
{
    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "openai" && endpoint is (RawEndpoint.Chat or RawEndpoint.Embeddings);

    public Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Endpoint == RawEndpoint.Chat ? "chat/completions" : "embeddings";
        return RawSender.SendAsync(upstream, new UpstreamRequest(path) { Body = request.Body, IsStreaming = request.IsStreaming, Model = request.ModelId }, cancellationToken);
    }
}
