using Conductor.Providers.Http;

namespace Conductor.Providers.Google;

/// <summary>Bytes to Google and back, for callers who speak the Gemini dialect themselves. Model and stream stand in the address.</summary>
internal sealed class GoogleTransport(GoogleSettings settings, UpstreamClient upstream) : IRawTransport
{
    public const string Generate = "generateContent";
    public const string Stream = "streamGenerateContent?alt=sse";
    public const string BatchEmbed = "batchEmbedContents";

    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "gemini" && MethodOf(endpoint, isStreaming: false) is not null;

    public Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var method = MethodOf(request.Endpoint, request.IsStreaming) ?? throw new ProviderException(ProviderErrorKind.Unsupported, $"Google has no endpoint '{request.Endpoint}'.");
        var ask = new UpstreamRequest(settings.PathOf(request.ModelId, method))
        {
            Body = request.Body,
            IsStreaming = request.IsStreaming,
            Model = request.ModelId,
            Headers = request.Headers,
        };
        return RawSender.SendAsync(upstream, ask, cancellationToken);
    }

    private static string? MethodOf(RawEndpoint endpoint, bool isStreaming) => endpoint switch
    {
        RawEndpoint.Chat => isStreaming ? Stream : Generate,
        RawEndpoint.Embeddings => "embedContent",
        RawEndpoint.BatchEmbeddings => BatchEmbed,
        RawEndpoint.CountTokens => "countTokens",
        _ => null,
    };
}
