using System.Text;
using System.Threading.Channels;
using Conductor.Providers;

namespace Conductor.Core.Tests.Machine;

/// <summary>Bytes in, scripted bytes out.</summary>
internal sealed class FakeTransport(Func<RawRequest, CancellationToken, Task<FakeBody>> answer) : IRawTransport
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public List<FakeBody> Bodies { get; } = [];

    public List<string> Requests { get; } = [];

    public Func<string, bool> Speaks { get; init; } = dialect => dialect == "lines";

    /// <summary>A transport that answers every request with these pieces, then ends.</summary>
    public static FakeTransport Saying(params string[] pieces) => new((_, _) => Task.FromResult(FakeBody.Of(pieces)));

    public static FakeTransport Failing(Exception failure) => new((_, _) => Task.FromException<FakeBody>(failure));

    public bool Supports(string dialect, RawEndpoint endpoint) => Speaks(dialect);

    public async Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        var body = await answer(request, cancellationToken);
        lock (Bodies)
        {
            Requests.Add(Encoding.UTF8.GetString(request.Body.Span));
            Bodies.Add(body);
        }

        return new RawReply(body, body.Owner) { UpstreamRequestId = "up-1" };
    }
}

/// <summary>An answer's bytes as a test sends them: piece by piece, with silence, a break or an end.</summary>
internal sealed class FakeBody : Stream
{
    private readonly Channel<object> _pieces = Channel.CreateUnbounded<object>();
    private ReadOnlyMemory<byte> _rest;
    private int _isDisposed;

    public FakeBody() => Owner = new Disposal(this);

    public IDisposable Owner { get; }

    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    public bool IsOwnerDisposed { get; private set; }

    /// <summary>The body was let go before its owner: an HTTP stack would then read the rest of the answer.</summary>
    public bool WasDrained { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static FakeBody Of(params string[] pieces)
    {
        var body = Open(pieces);
        body.Complete();
        return body;
    }

    /// <summary>These pieces, and then silence.</summary>
    public static FakeBody Open(params string[] pieces)
    {
        var body = new FakeBody();
        foreach (var piece in pieces)
        {
            body.Send(piece);
        }

        return body;
    }

    public void Send(string piece) => _pieces.Writer.TryWrite(Encoding.UTF8.GetBytes(piece));

    public void Break(Exception failure) => _pieces.Writer.TryWrite(failure);

    public void Complete() => _pieces.Writer.TryComplete();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (_rest.IsEmpty)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken) || !_pieces.Reader.TryRead(out var next))
            {
                return 0;
            }

            _rest = next is Exception failure ? throw failure : (byte[])next;
        }

        var length = Math.Min(buffer.Length, _rest.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            WasDrained = !IsOwnerDisposed;
        }

        base.Dispose(disposing);
    }

    private sealed class Disposal(FakeBody body) : IDisposable
    {
        public void Dispose() => body.IsOwnerDisposed = true;
    }
}
