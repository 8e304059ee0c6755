using System.Globalization;
using System.Text;

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
    public bool AddsLimit(string dialect, RawEndpoint endpoint) =>
        Supports(dialect, endpoint) && endpoint is RawEndpoint.Chat or RawEndpoint.Completions or RawEndpoint.Responses;

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
        var limited = request.MaxOutputTokens is { } limit ? WithLimit(body.Span, LimitMember(request), limit) : body;
        var ask = new UpstreamRequest(service.PathOf(request.Endpoint, request.ModelId)) { Body = limited, IsStreaming = request.IsStreaming, Model = request.ModelId };
        return RawSender.SendAsync(service.Upstream, ask, cancellationToken);
    }

    private string LimitMember(RawRequest request) => request.Endpoint switch
    {
        RawEndpoint.Responses => "max_output_tokens",
        RawEndpoint.Completions => "max_tokens",
        _ => service.TargetOf(request.ModelId).MaxTokensMember,
    };

    // As the first member: the rest of the body stays the bytes that it is. A body has other members, its messages among them.
    private static byte[] WithLimit(ReadOnlySpan<byte> body, string member, int limit)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"\"{member}\":{limit},");
        var at = body.IndexOf((byte)'{') + 1;
        var limited = new byte[body.Length + text.Length];
        body[..at].CopyTo(limited);
        Encoding.ASCII.GetBytes(text, limited.AsSpan(at));
        body[at..].CopyTo(limited.AsSpan(at + text.Length));
        return limited;
    }
}
