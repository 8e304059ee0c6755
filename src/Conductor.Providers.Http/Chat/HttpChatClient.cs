using System.Runtime.CompilerServices;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http;

/// <summary>Chat with one model of an upstream: a dialect's writer and readers, and everything that is the same whatever the dialect. Holds nothing.</summary>
/// <param name="providerName">The provider's name in the configuration.</param>
/// <param name="modelId">The model, as the caller named it.</param>
/// <param name="framing">What a stream's pieces are.</param>
public abstract class HttpChatClient(string providerName, string modelId, ChatFraming framing = ChatFraming.Events) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(providerName, providerUri: null, modelId);

    /// <summary>The model, as the caller named it.</summary>
    protected string ModelId => modelId;

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (reply, losses) = await SendCheckedAsync(messages, options, isStreaming: false, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            var response = await reply.ReadWholeAsync(ReadWhole, cancellationToken).ConfigureAwait(false);
            LossNotes.Add(response, losses);
            return response;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (reply, losses) = await SendCheckedAsync(messages, options, isStreaming: true, cancellationToken).ConfigureAwait(false);
        await using var replyLease = reply.ConfigureAwait(false);
        if (reply.ContentType == "application/json")
        {
            foreach (var update in Note(await reply.ReadWholeAsync(ReadWholeAsStream, cancellationToken).ConfigureAwait(false), losses))
            {
                yield return update;
            }

            yield break;
        }

        var frames = new ReplyFrames(reply, framing);
        await using var framesLease = frames.ConfigureAwait(false);
        var reader = NewStreamReader();
        var updates = new List<ChatResponseUpdate>();
        Action<ReadOnlyMemory<byte>> read = data => reader.Read(data.Span, updates);
        var isNoted = false;
        while (!reader.IsEnd && await frames.ReadAsync(read, cancellationToken).ConfigureAwait(false))
        {
            isNoted = isNoted || Note(updates, losses).Count > 0;
            foreach (var update in updates)
            {
                yield return update;
            }

            updates.Clear();
        }

        if (!reader.IsFinished)
        {
            throw reply.Invalid($"The stream of {reply.Upstream} ended before its answer did.");
        }

        reply.Body.MarkOver();
        if (reader.Complete() is { } last)
        {
            yield return last;
        }
    }

    /// <inheritdoc/>
    public virtual object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are the provider's.
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes the request and sends it.</summary>
    /// <exception cref="WireRequestException">The dialect cannot say it.</exception>
    /// <exception cref="ProviderException">It was refused, or could not be sent.</exception>
    protected abstract Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken);

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="WireResponseException">It is none, or an error.</exception>
    protected abstract ChatResponse ReadWhole(ReadOnlyMemory<byte> body);

    /// <summary>A reader for one stream.</summary>
    protected abstract IChatStreamReader NewStreamReader();

    /// <summary>Reads a whole answer where a stream was asked for: some servers do not stream. By default a stream of one.</summary>
    /// <exception cref="WireResponseException">It is none, or an error.</exception>
    protected virtual IReadOnlyList<ChatResponseUpdate> ReadWholeAsStream(ReadOnlyMemory<byte> body) => ReadWhole(body).ToChatResponseUpdates();

    private async Task<ChatExchange> SendCheckedAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        try
        {
            return await SendAsync(messages, options, isStreaming, cancellationToken).ConfigureAwait(false);
        }
        catch (WireRequestException failure)
        {
            throw UpstreamErrors.FromRequest(failure);
        }
    }

    // The first update of a stream tells of the losses: before its content the headers go out.
    private static IReadOnlyList<ChatResponseUpdate> Note(IReadOnlyList<ChatResponseUpdate> updates, LossReport losses)
    {
        if (updates.Count > 0)
        {
            LossNotes.Add(updates[0], losses);
        }

        return updates;
    }
}
