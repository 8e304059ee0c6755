using Conductor.Wire;
using System.Buffers;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Sends a chat request with a context that it fits into.</summary>
internal sealed class ChatSender(OllamaSettings settings, OllamaHttp http, ModelCards cards, ContextSizer sizer)
{
    /// <returns>The reply, and the names of what was asked for and left out.</returns>
    /// <exception cref="ProviderException">The request cannot be said, cannot fit, or was refused.</exception>
    public async Task<(OllamaReply Reply, IReadOnlyList<string> LeftOut)> SendAsync(
        string model, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
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

        async Task<(OllamaReply, IReadOnlyList<string>)> TryAsync(int numCtx)
        {
            var (body, leftOut) = Write(model, conversation, options, new OllamaServing { NumCtx = numCtx, KeepAlive = settings.KeepAlive, Think = think }, isStreaming);
            var reply = await http.PostAsync("api/chat", model, body, isStreaming, cancellationToken).ConfigureAwait(false);
            if (card is not null)
            {
                sizer.Keep(model, numCtx); // only of models that there are: callers may name any
            }

            return (reply, isThinkLeftOut ? [.. leftOut, "reasoning_effort"] : leftOut);
        }
    }

    private static (ReadOnlyMemory<byte> Body, IReadOnlyList<string> LeftOut) Write(
        string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options, OllamaServing serving, bool isStreaming)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        try
        {
            var leftOut = OllamaChatWriter.Write(body, model, messages, options, serving, isStreaming);
            return (body.WrittenMemory, leftOut);
        }
        catch (WireRequestException failure)
        {
            throw OllamaErrors.FromRequest(failure);
        }
    }
}
