namespace Conductor.Providers.OpenAICompatible;

/// <summary>
/// A reply's body on its way in. It says what broke in Conductor's words, stops at a size, and when it is given up half-read it closes the connection
/// at once, so that the upstream stops generating.
/// </summary>
internal sealed class UpstreamBody(Stream inner, HttpResponseMessage response, long maxBytes) : Stream
{
    private long _length;
    private bool _isOver;
    private int _reading;
    private int _disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _reading, 1);
        try
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Count(buffer.Span, read);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            _isOver = true;
            throw OpenAICompatibleErrors.FromNetwork(failure);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (!_isOver && Volatile.Read(ref _reading) == 0)
            {
                await AbortAsync().ConfigureAwait(false);
            }

            response.Dispose();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(ReadOnlySpan<byte> buffer, int read)
    {
        _length += read;
        // After its end mark a stream has nothing left but the last chunk's frame: HttpClient reads that by itself and keeps the connection.
        var tail = buffer[Math.Max(0, read - 32)..read];
        _isOver |= read == 0 || tail.IndexOf("data: [DONE]"u8) >= 0 || tail.IndexOf("data:[DONE]"u8) >= 0;
        return _length <= maxBytes ? read : throw OpenAICompatibleErrors.Invalid($"The upstream's answer is larger than {maxBytes} bytes.", null);
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
                var read = inner.ReadAsync(scrap, now.Token);
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
