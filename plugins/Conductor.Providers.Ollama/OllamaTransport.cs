using Conductor.Providers.Http;
using Conductor.Wire.Ollama;

namespace Conductor.Providers.Ollama;

/// <summary>
/// Bytes to Ollama and back, for callers who speak its API themselves. A request that names its own context goes out as it came; to any other a context is added that holds it, because what does not fit
/// would be cut off without a word.
/// </summary>
internal sealed class OllamaTransport(OllamaSettings settings, UpstreamClient upstream, ModelCards cards, ContextSizer sizer) : IRawTransport
{
    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "ollama" && endpoint is RawEndpoint.Chat or RawEndpoint.Completions or RawEndpoint.Embeddings;

    public async Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (OllamaServe.NamesContext(request.Body.Span) || RawPrompt.Of(request.Endpoint, request.Body.Span) is not { } prompt)
        {
            return await SendAsync(request, request.Body, cancellationToken).ConfigureAwait(false);
        }

        var model = request.ModelId;
        var card = await cards.FindAsync(model, cancellationToken).ConfigureAwait(false);
        var thinks = prompt.Output != 0 && card?.Capabilities?.Contains("thinking") == true;
        var size = sizer.Choose(model, card?.ContextLength, prompt.Tokens, prompt.Output, thinks);
        while (true)
        {
            int? larger;
            try
            {
                var serving = new OllamaServing { NumCtx = size, KeepAlive = settings.KeepAlive };
                var reply = await SendAsync(request, OllamaServe.Fill(request.Body.Span, serving, canShift: request.Endpoint != RawEndpoint.Embeddings), cancellationToken).ConfigureAwait(false);
                if (card is not null)
                {
                    sizer.Keep(model, size);
                }

                return reply;
            }
            catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ContextLengthExceeded
                && (larger = sizer.Larger(size, model, card?.ContextLength, prompt.Tokens, prompt.Output, thinks)) is not null)
            {
                size = larger.Value;
            }
        }
    }

    private Task<RawReply> SendAsync(RawRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var path = request.Endpoint switch
        {
            RawEndpoint.Completions => OllamaPaths.Generate,
            RawEndpoint.Embeddings => OllamaPaths.Embed,
            _ => OllamaPaths.Chat,
        };
        return RawSender.SendAsync(upstream, new UpstreamRequest(path) { Body = body, IsStreaming = request.IsStreaming, Model = request.ModelId }, cancellationToken);
    }
}
