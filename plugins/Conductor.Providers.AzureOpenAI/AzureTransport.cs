using Conductor.Providers.Http.OpenAI;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>Bytes to a deployment and back. The body names the deployment where the address does not, and a stream loses what only Azure sends.</summary>
internal sealed class AzureTransport(AzureService service)
    : OpenAIRawTransport(service, service.IsClassic ? Classic : V1)
{
    private static readonly RawEndpoint[] Classic = [RawEndpoint.Chat, RawEndpoint.Embeddings, RawEndpoint.Completions];
    private static readonly RawEndpoint[] V1 = [.. Classic, RawEndpoint.Responses];

    private readonly AzureService _service = service;

    public override async Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var deployment = _service.WireName(request.ModelId);
        var body = _service.IsClassic || deployment == request.ModelId ? request.Body : ModelMember.Replace(request.Body, deployment);
        var reply = await SendAsync(request, body, cancellationToken).ConfigureAwait(false);
        return request is { IsStreaming: true, Endpoint: RawEndpoint.Chat }
            ? new RawReply(new AzureEventStream(reply.Body)) { ContentType = reply.ContentType, UpstreamRequestId = reply.UpstreamRequestId }
            : reply;
    }
}
