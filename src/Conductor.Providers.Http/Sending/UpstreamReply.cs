using System.Buffers;
using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>A successful reply whose body is still to be read.</summary>
public sealed class UpstreamReply : IAsyncDisposable
{
    private readonly UpstreamProfile _profile;

    internal UpstreamReply(ReplyStream body, string? contentType, string? requestId, UpstreamRequest request, UpstreamProfile profile)
    {
        (Body, ContentType, RequestId, Request, _profile) = (body, contentType, requestId, request, profile);
    }

    /// <summary>The body.</summary>
    public ReplyStream Body { get; }

    /// <summary>Without parameters, lower case; null where the upstream named none.</summary>
    public string? ContentType { get; }

    /// <summary>The upstream's own id of the request.</summary>
    public string? RequestId { get; }

    /// <summary>What was asked.</summary>
    public UpstreamRequest Request { get; }

    internal int MaxEventBytes => _profile.MaxEventBytes;

    internal string Subject => _profile.Errors.Subject;

    internal string Upstream => _profile.Errors.Name;

    /// <summary>Reads the whole body and hands it to <paramref name="read"/>, whose <see cref="WireResponseException"/> becomes a <see cref="ProviderException"/>.</summary>
    /// <exception cref="ProviderException">The body breaks, is too large, or is no answer.</exception>
    public async Task<T> ReadWholeAsync<T>(Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var length = 0;
            while (await Body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                length += count;
                if (length > _profile.MaxReplyBytes)
                {
                    throw _profile.Errors.TooLarge(_profile.MaxReplyBytes, RequestId); // of a stream that turned out to be none
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            return read(buffer.AsMemory(0, length));
        }
        catch (WireResponseException failure)
        {
            throw ToException(failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the next event of a stream and hands its data to <paramref name="read"/>; false at the stream's end.</summary>
    /// <exception cref="ProviderException">The stream breaks, or the event is none, too large or an error.</exception>
    public async ValueTask<bool> ReadEventAsync(SseReader events, Action<ReadOnlyMemory<byte>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            if (!await events.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            read(events.Data);
            return true;
        }
        catch (WireResponseException failure)
        {
            throw ToException(failure);
        }
        catch (SseException tooLong)
        {
            throw Invalid(tooLong.Message);
        }
    }

    /// <summary>Reads the next line of a stream and hands it to <paramref name="read"/>; false at the stream's end.</summary>
    /// <exception cref="ProviderException">The stream breaks, or the line is none, too long or an error.</exception>
    public async ValueTask<bool> ReadLineAsync(NdjsonReader lines, Action<ReadOnlyMemory<byte>> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            if (!await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            read(lines.Line);
            return true;
        }
        catch (WireResponseException failure)
        {
            throw ToException(failure);
        }
    }

    /// <summary>An answer that cannot be used, for the reason given.</summary>
    public ProviderException Invalid(string message) => UpstreamErrors.Invalid(message, RequestId);

    /// <summary>What a wire's reader found wrong with the answer.</summary>
    public ProviderException ToException(WireResponseException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Error is { } error ? _profile.Errors.FromInside(error, Request, RequestId) : Invalid(failure.Message);
    }

    /// <summary>One whole body where a stream was asked for, as what it means for a caller who must have events: the error inside it, or that it is no stream.</summary>
    public async Task<ProviderException> ToNoStreamAsync(CancellationToken cancellationToken)
    {
        var error = await ReadWholeAsync(body => _profile.Errors.Read(body.Span), cancellationToken).ConfigureAwait(false);
        return error is not null ? _profile.Errors.FromInside(error, Request, RequestId) : Invalid($"{_profile.Errors.Subject} answered a request for a stream with a whole answer.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Body.DisposeAsync();
}
