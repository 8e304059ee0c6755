using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Sends a chat request with a context that it fits into.</summary>
internal sealed class ChatSender(OllamaSettings settings, UpstreamClient upstream, ModelCards cards, ContextSizer sizer)
{
    /// <exception cref="WireRequestException">The request cannot be said.</exception>
    /// <exception cref="ProviderException">It cannot fit, or was refused.</exception>
    public async Task<ChatExchange> SendAsync(string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var card = await cards.FindAsync(model, cancellationToken).ConfigureAwait(false);
        ModelAbilities.Check(card, model, conversation, options);
        var (think, isThinkLeftOut) = Thinking.Of(options, card, settings.Think);
        var thinks = card?.Capabilities?.Contains("thinking") == true && think != "false";
        var prompt = TokenEstimate.Of(conversation, options);
        var size = sizer.Choose(model, card?.ContextLength, prompt, options?.MaxOutputTokens, thinks);
        while (true)
        {
            int? larger;
            try
            {
                return await TryAsync(size).ConfigureAwait(false);
            }
            catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.ContextLengthExceeded
                && (larger = sizer.Larger(size, model, card?.ContextLength, prompt, options?.MaxOutputTokens, thinks)) is not null)
            {
                // The estimate was too low for this model's tokens, which happens in scripts that its vocabulary hardly knows, or it says more than was asked.
                size = larger.Value;
            }
        }

        async Task<ChatExchange> TryAsync(int numCtx)
        {
            var body = new ArrayBufferWriter<byte>(1024);
            var losses = OllamaChatWriter.Write(body, model, conversation, options, new OllamaServing { NumCtx = numCtx, KeepAlive = settings.KeepAlive, Think = think }, isStreaming);
            if (isThinkLeftOut)
            {
                losses.Drop("reasoning_effort");
            }

            var ask = new UpstreamRequest(OllamaPaths.Chat) { Body = body.WrittenMemory, IsStreaming = isStreaming, Model = model };
            var reply = await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false);
            if (card is not null)
            {
                sizer.Keep(model, numCtx); // only of models that there are: callers may name any
            }

            return new ChatExchange(reply, losses);
        }
    }
}
