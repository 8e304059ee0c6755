using System.Buffers;
using Conductor.Dialects;
using Conductor.Providers;
using Conductor.Wire;

namespace Conductor.Host.Dialects;

/// <summary>A stream of server-sent events that passes through as bytes, each looked at on its way.</summary>
/// <param name="body">The upstream's answer; disposed with this.</param>
/// <param name="maxEventBytes">A longer event is the upstream's failure.</param>
/// <param name="scan">What an event's data holds. Throws a <see cref="ProviderException"/> for an error inside; called in order, once for each event, so that it may keep a state.</param>
/// <param name="eventName">The event's name, from its data, for an event whose bytes have to be written anew; null = it has none.</param>
internal sealed class SseDialectStream(
    Stream body, int maxEventBytes, Func<ReadOnlyMemory<byte>, DialectEvent> scan, Func<ReadOnlyMemory<byte>, string?>? eventName = null) : IDialectStream
{
    private readonly SseReader _reader = new(body, maxEventBytes);
    private ArrayBufferWriter<byte>? _mended;

    public ReadOnlyMemory<byte> Raw { get; private set; }

    public DialectEvent Event { get; private set; }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Raw = default;
        try
        {
            if (!await _reader.ReadAsync(cancellationToken))
            {
                return false;
            }
        }
        catch (SseException tooLong)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, tooLong.Message, tooLong);
        }
        catch (IOException broken)
        {
            throw new ProviderException(ProviderErrorKind.Network, "The connection broke inside the stream.", broken);
        }

        Event = scan(_reader.Data);
        Raw = _reader.IsComplete && _reader.Raw.Span[^1] == (byte)'\n' ? _reader.Raw : Mend(_reader.Data);
        return true;
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    /// <summary>An event whose blank line was cut off, or ends in a bare CR, goes out as one that every client reads.</summary>
    private ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> data)
    {
        _mended ??= new ArrayBufferWriter<byte>(data.Length + 8);
        _mended.ResetWrittenCount();
        if (eventName?.Invoke(data) is { } name)
        {
            _mended.Write("event: "u8);
            _mended.Write(System.Text.Encoding.UTF8.GetBytes(name));
            _mended.Write("\n"u8);
        }

        foreach (var line in data.Span.Split((byte)'\n'))
        {
            _mended.Write("data: "u8);
            _mended.Write(data.Span[line]);
            _mended.Write("\n"u8);
        }

        _mended.Write("\n"u8);
        return _mended.WrittenMemory;
    }
}
