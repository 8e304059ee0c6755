using Conductor.Wire;
using System.Buffers;
using System.Runtime.CompilerServices;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Chat with one model of the upstream, typed.</summary>
internal sealed class OpenAICompatibleChatClient(OpenAICompatibleSettings settings, UpstreamClient upstream, string modelId) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(settings.Name, providerUri: null, modelId);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var reply = await SendAsync(messages, options, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            return await ReadWholeAsync(reply, cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reply = await SendAsync(messages, options, isStreaming: true, cancellationToken).ConfigureAwait(false);
        await using var replyLease = reply.ConfigureAwait(false);
        if (reply.ContentType == "application/json")
        {
            // Some servers do not stream; their whole answer is a stream of one.
            foreach (var update in (await ReadWholeAsync(reply, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        var events = new SseReader(reply.Body, UpstreamClient.MaxEventBytes, leaveOpen: true);
        await using var eventsLease = events.ConfigureAwait(false);
        var reader = new OpenAIChunkReader();
        var updates = new List<ChatResponseUpdate>();
        while (!reader.IsEnd && await ReadEventAsync(events, reader, updates, reply.RequestId, cancellationToken).ConfigureAwait(false))
        {
            foreach (var update in updates)
            {
                yield return update;
            }

            updates.Clear();
        }

        if (!reader.IsFinished)
        {
            throw OpenAICompatibleErrors.Invalid("The upstream's stream ended without a finish reason.", reply.RequestId);
        }

        if (reader.Complete() is { } last)
        {
            yield return last;
        }
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

    private async Task<UpstreamReply> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var body = new ArrayBufferWriter<byte>(1024);
        try
        {
            OpenAIRequestWriter.Write(body, modelId, messages, options, isStreaming, settings.MaxTokensMember);
        }
        catch (WireRequestException failure)
        {
            throw OpenAICompatibleErrors.FromRequest(failure);
        }

        return await upstream.PostAsync("chat/completions", body.WrittenMemory, isStreaming, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ChatResponse> ReadWholeAsync(UpstreamReply reply, CancellationToken cancellationToken)
    {
        try
        {
            return await reply.ReadWholeAsync(body => OpenAIResponseReader.Read(body.Span), cancellationToken).ConfigureAwait(false);
        }
        catch (WireResponseException failure)
        {
            throw OpenAICompatibleErrors.FromAnswer(failure, reply.RequestId);
        }
    }

    private static async ValueTask<bool> ReadEventAsync(
        SseReader events, OpenAIChunkReader reader, List<ChatResponseUpdate> updates, string? requestId, CancellationToken cancellationToken)
    {
        try
        {
            if (!await events.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            reader.Read(events.Data.Span, updates);
            return true;
        }
        catch (WireResponseException failure)
        {
            throw OpenAICompatibleErrors.FromAnswer(failure, requestId);
        }
        catch (SseException tooLong)
        {
            throw OpenAICompatibleErrors.Invalid(tooLong.Message, requestId);
        }
    }
}
