namespace Conductor.Providers.Http;

/// <summary>
/// A reply's body on its way in. It says what broke in Conductor's words, stops at a size, and when it is given up half-read it closes the connection
/// at once, so that the upstream stops generating.
/// </summary>
public sealed class ReplyStream : Stream
{
    // What follows an end mark: the rest of its event, and the blank line.
    private const int RestOfMark = 16;

    private readonly Stream _inner;
    private readonly HttpResponseMessage _response;
    private readonly UpstreamProfile _profile;
    private readonly string? _requestId;
    private readonly long _maxBytes;
    private long _length;
    private bool _isOver;
    private int _reading;
    private int _disposed;

    internal ReplyStream(Stream inner, HttpResponseMessage response, UpstreamProfile profile, string? requestId, long maxBytes)
    {
        (_inner, _response, _profile, _requestId, _maxBytes) = (inner, response, profile, requestId, maxBytes);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <summary>How much was read, in bytes.</summary>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>The answer is complete: what is left on the wire is its frame, and the connection is worth keeping.</summary>
    public void MarkOver() => _isOver = true;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _reading, 1);
        try
        {
            var read = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Count(buffer.Span, read);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            _isOver = true;
            throw _profile.Errors.FromNetwork(failure, _requestId);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (!_isOver && Volatile.Read(ref _reading) == 0)
            {
                await AbortAsync().ConfigureAwait(false);
            }

            _response.Dispose();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(ReadOnlySpan<byte> buffer, int read)
    {
        _length += read;
        _isOver |= read == 0 || EndsInMark(buffer[..read]);
        return _length <= _maxBytes ? read : throw _profile.Errors.TooLarge(_maxBytes, _requestId);
    }

    // After its end mark a stream has nothing left but the last chunk's frame: HttpClient reads that by itself and keeps the connection.
    private bool EndsInMark(ReadOnlySpan<byte> read)
    {
        var marks = _profile.EndMarks;
        for (var i = 0; i < marks.Count; i++)
        {
            var mark = marks[i].Span;
            if (read[Math.Max(0, read.Length - mark.Length - RestOfMark)..].IndexOf(mark) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Disposing a half-read response makes HttpClient read on for up to two seconds, to save the connection, while the upstream goes on generating.
    /// A pending read that is cancelled closes the connection at once.
    /// </summary>
    private async ValueTask AbortAsync()
    {
        var scrap = new byte[4096];
        try
        {
            // What has already arrived is read without waiting; the first read that would wait is the one to cancel. Data may come in between and win:
            // then again, with a new token, for a token that is cancelled beforehand ends a read without closing anything.
            for (var i = 0; i < 1_000; i++)
            {
                using var now = new CancellationTokenSource();
                var read = _inner.ReadAsync(scrap, now.Token);
                if (!read.IsCompleted)
                {
                    await now.CancelAsync().ConfigureAwait(false);
                }

                if (await read.ConfigureAwait(false) == 0)
                {
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            // Cancelled by us, or broken already: either way it is closed.
        }
    }
}
