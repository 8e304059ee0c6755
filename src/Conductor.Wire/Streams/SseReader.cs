using System.Buffers;

namespace Conductor.Wire;

/// <summary>
/// Server-sent events from a stream, whatever the pieces they arrive in: LF, CRLF or CR, comments, several data lines, a byte order mark.
/// For one consumer. Owns the stream unless told otherwise.
/// </summary>
public sealed class SseReader : IAsyncDisposable
{
    /// <summary>The default cap on one event: 1 MiB.</summary>
    public const int DefaultMaxEventBytes = 1024 * 1024;

    private const int InitialBufferBytes = 8 * 1024;
    private const byte Lf = (byte)'\n';
    private const byte Cr = (byte)'\r';

    private readonly Stream _stream;
    private readonly int _maxEventBytes;
    private readonly bool _leaveOpen;
    private byte[] _buffer;
    private byte[]? _joined;

    // The buffer holds [_start, _end); the event being read begins at _start, its current line at _line, and [_line, _scan) has no line end.
    private int _start;
    private int _line;
    private int _scan;
    private int _end;
    private bool _skipLf;
    private bool _isAtBeginning = true;
    private bool _isEof;

    // The data lines seen of this event: the first as a slice relative to _start, all of them in _joined from the second on.
    private int _dataLines;
    private int _dataOffset;
    private int _dataLength;
    private int _joinedLength;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">Where the events come from.</param>
    /// <param name="maxEventBytes">The cap on one event, its line ends included.</param>
    /// <param name="leaveOpen">True: <paramref name="stream"/> outlives the reader.</param>
    public SseReader(Stream stream, int maxEventBytes = DefaultMaxEventBytes, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEventBytes, 1);
        _stream = stream;
        _maxEventBytes = maxEventBytes;
        _leaveOpen = leaveOpen;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(InitialBufferBytes, maxEventBytes));
    }

    /// <summary>The current event's data: its `data:` lines, joined by LF. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>
    /// The current event's bytes as they came, comments and other fields included, up to its blank line. Valid until the next read. Of a blank line that
    /// ends in CRLF the LF may be missing when it had not arrived yet; an event that the stream's end cut off has no blank line.
    /// </summary>
    public ReadOnlyMemory<byte> Raw { get; private set; }

    /// <summary>Whether the current event ended with its blank line, and not with the stream.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Moves to the next event that has data; false at the stream's end.</summary>
    /// <exception cref="SseException">An event is longer than the cap.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Data = Raw = default;
        while (true)
        {
            if (TryParse())
            {
                return true;
            }

            if (_isEof)
            {
                return TryTakeRest();
            }

            if (_end - _start > _maxEventBytes)
            {
                throw new SseException(_maxEventBytes);
            }

            MakeRoom();
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _isEof = read == 0;
            _end += read;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        if (_joined is not null)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = null;
        }

        Data = Raw = default;
        if (!_leaveOpen)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool TryParse()
    {
        if (!TrySkipMark())
        {
            return false;
        }

        while (_scan < _end)
        {
            if (_skipLf)
            {
                _skipLf = false;
                if (_buffer[_scan] == Lf)
                {
                    // The second half of a CRLF. Before an event it belongs to the one before.
                    _start += _scan == _start ? 1 : 0;
                    _scan++;
                    _line = _scan;
                    continue;
                }
            }

            var lineEnd = _buffer.AsSpan(_scan, _end - _scan).IndexOfAny(Lf, Cr);
            if (lineEnd < 0)
            {
                _scan = _end;
                return false;
            }

            lineEnd += _scan;
            var next = lineEnd + 1;
            if (_buffer[lineEnd] == Cr)
            {
                if (next < _end && _buffer[next] == Lf)
                {
                    next++;
                }
                else
                {
                    _skipLf = next == _end;
                }
            }

            var isBlank = lineEnd == _line;
            if (!isBlank)
            {
                TakeLine(_line, lineEnd);
            }

            _line = _scan = next;
            if (isBlank && TryFinish(isComplete: true))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Skips a byte order mark at the stream's very beginning; false while it cannot be told yet.</summary>
    private bool TrySkipMark()
    {
        if (!_isAtBeginning)
        {
            return true;
        }

        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var seen = _buffer.AsSpan(_start, Math.Min(mark.Length, _end - _start));
        if (seen.Length < mark.Length && !_isEof && mark.StartsWith(seen))
        {
            return false;
        }

        _isAtBeginning = false;
        if (seen.SequenceEqual(mark))
        {
            _start = _line = _scan = mark.Length;
        }

        return true;
    }

    private void TakeLine(int start, int end)
    {
        var line = _buffer.AsSpan(start, end - start);
        if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != (byte)':'))
        {
            return; // a comment, `event:`, `id:`, `retry:` or a field nobody knows
        }

        var skip = line.Length <= 5 ? line.Length : line[5] == (byte)' ' ? 6 : 5;
        start += skip;
        if (_dataLines++ == 0)
        {
            (_dataOffset, _dataLength) = (start - _start, end - start);
            return;
        }

        if (_dataLines == 2)
        {
            _joinedLength = 0;
            Join(_buffer.AsSpan(_start + _dataOffset, _dataLength), isFirst: true);
        }

        Join(_buffer.AsSpan(start, end - start), isFirst: false);
    }

    private void Join(ReadOnlySpan<byte> line, bool isFirst)
    {
        var needed = _joinedLength + line.Length + 1;
        if (_joined is null || _joined.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, InitialBufferBytes));
            if (_joined is not null)
            {
                _joined.AsSpan(0, _joinedLength).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_joined);
            }

            _joined = larger;
        }

        if (!isFirst)
        {
            _joined[_joinedLength++] = Lf;
        }

        line.CopyTo(_joined.AsSpan(_joinedLength));
        _joinedLength += line.Length;
    }

    /// <summary>Ends the event at the blank line before <see cref="_line"/>; false where it had no data, as a ping has none.</summary>
    private bool TryFinish(bool isComplete)
    {
        var length = _line - _start;
        if (length > _maxEventBytes)
        {
            throw new SseException(_maxEventBytes);
        }

        var hasData = _dataLines > 0;
        if (hasData)
        {
            Data = _dataLines == 1 ? _buffer.AsMemory(_start + _dataOffset, _dataLength) : _joined.AsMemory(0, _joinedLength);
            Raw = _buffer.AsMemory(_start, length);
            IsComplete = isComplete;
        }

        _start = _line;
        _dataLines = 0;
        return hasData;
    }

    /// <summary>The stream has ended inside an event: whether its data is whole is for its reader to say.</summary>
    private bool TryTakeRest()
    {
        if (_line < _end)
        {
            TakeLine(_line, _end);
            _line = _scan = _end;
        }

        return _line > _start && TryFinish(isComplete: false);
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _line = _scan = _end = 0;
            return;
        }

        if (_end < _buffer.Length)
        {
            return;
        }

        var length = _end - _start;
        var target = _buffer;
        if (_start < _buffer.Length / 2)
        {
            target = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        }

        _buffer.AsSpan(_start, length).CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _line -= _start;
        _scan -= _start;
        _start = 0;
        _end = length;
    }
}
