using System.Buffers;

namespace Conductor.Wire;

/// <summary>Lines of a stream, whatever the pieces they arrive in: LF or CRLF, blank lines and a byte order mark skipped, the last one without its end too. For one consumer; the stream outlives it.</summary>
public sealed class NdjsonReader : IDisposable
{
    // What some programs set before UTF-8; JSON has no place for it.
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly Stream _stream;
    private readonly int _maxLineBytes;
    private byte[] _buffer;
    private int _start;
    private int _scan;
    private int _end;
    private bool _isEof;
    private bool _hasBegun;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">Where the lines come from.</param>
    /// <param name="maxLineBytes">The cap on one line, its end included.</param>
    public NdjsonReader(Stream stream, int maxLineBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 1);
        _stream = stream;
        _maxLineBytes = maxLineBytes;
        _buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    }

    /// <summary>The current line without its end. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Moves to the next line that is not blank; false at the stream's end.</summary>
    /// <exception cref="WireResponseException">A line is longer than the cap.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Line = default;
        while (true)
        {
            if (TryTake())
            {
                return true;
            }

            if (_isEof)
            {
                return TakeRest();
            }

            if (_end - _start > _maxLineBytes)
            {
                throw TooLong();
            }

            MakeRoom();
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _isEof = read == 0;
            _end += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            Line = default;
        }
    }

    private bool TryTake()
    {
        while (_buffer.AsSpan(_scan, _end - _scan).IndexOf((byte)'\n') is >= 0 and var at)
        {
            var line = _buffer.AsMemory(_start, _scan + at - _start);
            _start = _scan = _scan + at + 1;
            if (Use(line))
            {
                return true;
            }
        }

        _scan = _end;
        return false;
    }

    private bool TakeRest()
    {
        var line = _buffer.AsMemory(_start, _end - _start);
        _start = _scan = _end;
        return Use(line);
    }

    private bool Use(ReadOnlyMemory<byte> line)
    {
        if (line.Length > _maxLineBytes)
        {
            throw TooLong();
        }

        if (!_hasBegun && line.Span.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
        }

        _hasBegun = true;
        var text = line.Span.Trim(" \t\r"u8);
        if (text.IsEmpty)
        {
            return false;
        }

        Line = line;
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _scan -= _start;
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private WireResponseException TooLong() => new($"A line of the stream is longer than {_maxLineBytes} bytes.");
}
