using Conductor.Providers.Http;

namespace Conductor.Providers.Anthropic;

/// <summary>Bytes to the upstream and back, for callers who speak the Anthropic dialect themselves.</summary>
internal sealed class AnthropicTransport(AnthropicSettings settings, UpstreamClient upstream) : IRawTransport
{
    private const string Version = "anthropic-version";
    private const string Beta = "anthropic-beta";

    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "anthropic" && endpoint is (RawEndpoint.Chat or RawEndpoint.CountTokens);

    public Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Endpoint == RawEndpoint.CountTokens ? AnthropicPaths.CountTokens : AnthropicPaths.Messages;
        return RawSender.SendAsync(
            upstream,
            new UpstreamRequest(path) { Body = request.Body, IsStreaming = request.IsStreaming, Model = request.ModelId, Headers = HeadersOf(request) },
            cancellationToken);
    }

    /// <summary>The caller's version, for the body is written in it; the caller's betas beside the settings' own.</summary>
    private List<KeyValuePair<string, string>>? HeadersOf(RawRequest request)
    {
        List<KeyValuePair<string, string>>? headers = null;
        foreach (var (name, value) in request.Headers)
        {
            if (name == Version)
            {
                (headers ??= []).Add(new(Version, value));
            }
            else if (name == Beta)
            {
                var asked = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                (headers ??= []).Add(new(Beta, string.Join(',', settings.Betas.Union(asked, StringComparer.Ordinal))));
            }
        }

        return headers;
    }
}
