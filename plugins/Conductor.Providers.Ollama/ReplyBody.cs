namespace Conductor.Providers.Ollama;

/// <summary>
/// A reply's body on its way in: says what broke in Conductor's words, stops at a size, and when it is given up half-read it closes the connection at
/// once, so that Ollama stops generating.
/// </summary>
internal sealed class ReplyBody(Stream inner, HttpResponseMessage response, long maxBytes) : Stream
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

    /// <summary>The answer is complete: what is left on the wire is its frame, and the connection is worth keeping.</summary>
    public void MarkOver() => _isOver = true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _reading, 1);
        try
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _isOver |= read == 0;
            _length += read;
            return _length <= maxBytes ? read : throw OllamaErrors.TooLarge(maxBytes);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            _isOver = true;
            throw OllamaErrors.FromNetwork(failure);
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

    /// <summary>
    /// Disposing a half-read response lets HttpClient read on for a while, to save the connection. A pending read that is cancelled closes it at once;
    /// one whose token is cancelled beforehand does not, so each read that completes by itself is followed by another.
    /// </summary>
    private async ValueTask AbortAsync()
    {
        var scrap = new byte[4096];
        try
        {
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
