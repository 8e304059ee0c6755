namespace Conductor.Host.Lab.Wires;

/// <summary>Bytes that arrive in pieces, always the same ones for the same bytes. Counts what is asked of it, so that a reader which never ends is found.</summary>
internal sealed class SlicedStream(ReadOnlyMemory<byte> bytes, int seed) : Stream
{
    private readonly Random _random = new(seed);
    private readonly int _most = new Random(seed).Next(6) switch { 0 => 1, 1 => 3, 2 => 17, 3 => 300, _ => int.MaxValue };
    private int _position;
    private int _reads;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || ++_reads > bytes.Length + 16)
        {
            throw new WireFindingException(buffer.IsEmpty ? "a reader asks for no bytes" : "a reader asks more often than there are bytes");
        }

        var count = Math.Min(Math.Min(buffer.Length, bytes.Length - _position), _most == int.MaxValue ? int.MaxValue : _random.Next(1, _most + 1));
        bytes.Span.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
