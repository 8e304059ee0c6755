using System.Buffers;

namespace Conductor.Wire.Gemini;

/// <summary>
/// The items of a JSON array that arrives in pieces, one at a time as they close; what stands around them is passed over, and a body that is one object is an array of it.
/// For one consumer; the stream outlives it.
/// </summary>
public sealed class JsonArrayReader : IDisposable
{
    private readonly Stream _stream;
    private readonly int _maxItemBytes;
    private byte[] _buffer;
    private int _start;
    private int _scan;
    private int _end;
    private int _depth;
    private bool _isInText;
    private bool _isEscaped;
    private bool _hasItem;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">Where the array comes from.</param>
    /// <param name="maxItemBytes">The cap on one item.</param>
    public JsonArrayReader(Stream stream, int maxItemBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxItemBytes, 1);
        _stream = stream;
        _maxItemBytes = maxItemBytes;
        _buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    }

    /// <summary>The current item. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Item { get; private set; }

    /// <summary>Moves to the next item, an object; false at the stream's end.</summary>
    /// <exception cref="WireResponseException">An item is longer than the cap, or the stream ends inside of one.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Item = default;
        while (true)
        {
            if (TryTake())
            {
                return true;
            }

            if (_end - _start > _maxItemBytes)
            {
                throw TooLong();
            }

            MakeRoom();
            var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return _hasItem ? throw new WireResponseException(WireResponseFault.NotJson, "The stream ended inside of an item.") : false;
            }

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
            Item = default;
        }
    }

    private bool TryTake()
    {
        for (; _scan < _end; _scan++)
        {
            var value = _buffer[_scan];
            if (_isInText)
            {
                (_isInText, _isEscaped) = (_isEscaped || value != (byte)'"', !_isEscaped && value == (byte)'\\');
                continue;
            }

            switch (value)
            {
                case (byte)'"' when _hasItem:
                    _isInText = true;
                    break;
                case (byte)'{':
                    if (!_hasItem)
                    {
                        (_hasItem, _start) = (true, _scan);
                    }

                    _depth++;
                    break;
                case (byte)'}' when _hasItem && --_depth == 0:
                    _scan++;
                    Item = _scan - _start <= _maxItemBytes ? _buffer.AsMemory(_start, _scan - _start) : throw TooLong();
                    (_hasItem, _start) = (false, _scan);
                    return true;
            }
        }

        if (!_hasItem)
        {
            _start = _scan;
        }

        return false;
    }

    private WireResponseException TooLong() => new($"An item of the stream is longer than {_maxItemBytes} bytes.");

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
}
