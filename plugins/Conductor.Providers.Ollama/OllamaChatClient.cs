using Conductor.Wire;
using System.Runtime.CompilerServices;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Chat with one model of Ollama.</summary>
internal sealed class OllamaChatClient(OllamaSettings settings, ChatSender sender, string modelId) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(settings.Name, providerUri: null, modelId);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (reply, leftOut) = await sender.SendAsync(modelId, messages, options, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var response = await reply.ReadWholeAsync(body => OllamaChunkReader.ReadWhole(body.Span), cancellationToken).ConfigureAwait(false);
            DroppedParameters.Add(response, leftOut);
            return response;
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (reply, leftOut) = await sender.SendAsync(modelId, messages, options, isStreaming: true, cancellationToken).ConfigureAwait(false);
        await using var replyLease = reply.ConfigureAwait(false);
        var reader = new OllamaChunkReader();
        ChatResponseUpdate? update = null;
        if (reply.ContentType == "application/json")
        {
            // Something that does not stream: its answer is a stream of one, on however many lines, or lines under another name.
            var updates = await reply.ReadWholeAsync(body => ReadValues(reader, body.Span), cancellationToken).ConfigureAwait(false);
            foreach (var whole in reader.IsDone ? updates : [])
            {
                DroppedParameters.Add(whole, leftOut);
                leftOut = [];
                yield return whole;
            }
        }
        else
        {
            using var lines = new NdjsonReader(reply.Body, OllamaHttp.MaxLineBytes);
            while (!reader.IsDone && await reply.ReadLineAsync(lines, line => update = reader.Read(line.Span), cancellationToken).ConfigureAwait(false))
            {
                if (update is null)
                {
                    continue;
                }

                DroppedParameters.Add(update, leftOut);
                leftOut = []; // told once
                yield return update;
            }
        }

        if (!reader.IsDone)
        {
            throw OllamaErrors.Invalid("Ollama's stream ended without its last line.");
        }

        reply.Body.MarkOver();
    }

    private static List<ChatResponseUpdate> ReadValues(OllamaChunkReader reader, ReadOnlySpan<byte> body)
    {
        List<ChatResponseUpdate> updates = [];
        var values = new OllamaJsonValues(body);
        while (!reader.IsDone && values.MoveNext())
        {
            if (reader.Read(values.Current) is { } update)
            {
                updates.Add(update);
            }
        }

        return updates;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    public void Dispose()
    {
        // Holds nothing: the connection pool is the host's.
    }
}
