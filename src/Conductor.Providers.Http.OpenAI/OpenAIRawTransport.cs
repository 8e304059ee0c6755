namespace Conductor.Providers.Http.OpenAI;

/// <summary>Bytes to the upstream and back, for callers who speak the OpenAI dialect themselves.</summary>
/// <param name="service">The upstream.</param>
/// <param name="endpoints">The endpoints that it has.</param>
public class OpenAIRawTransport(OpenAIService service, params IReadOnlyList<RawEndpoint> endpoints) : IRawTransport
{
    /// <inheritdoc/>
    public bool Supports(string dialect, RawEndpoint endpoint) =>
        endpoints.Contains(endpoint) && (dialect == "openai" || (dialect == "responses" && endpoint == RawEndpoint.Responses));

    /// <inheritdoc/>
    public virtual Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SendAsync(request, request.Body, cancellationToken);
    }

    /// <summary>Sends a request with another body.</summary>
    protected Task<RawReply> SendAsync(RawRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var ask = new UpstreamRequest(service.PathOf(request.Endpoint, request.ModelId)) { Body = body, IsStreaming = request.IsStreaming, Model = request.ModelId };
        return RawSender.SendAsync(service.Upstream, ask, cancellationToken);
    }
}
