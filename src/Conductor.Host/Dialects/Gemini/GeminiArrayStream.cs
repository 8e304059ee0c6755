using System.Buffers;
using Conductor.Dialects;
using Conductor.Wire.Gemini;

namespace Conductor.Host.Dialects.Gemini;

/// <summary>Events of an upstream as items of an array: their data as it came, in other frames.</summary>
/// <param name="body">The upstream's answer; disposed with this.</param>
/// <param name="maxEventBytes">A longer event is the upstream's failure.</param>
/// <param name="scan">What an event's data holds. Throws for an error inside.</param>
internal sealed class GeminiArrayStream(Stream body, int maxEventBytes, Func<ReadOnlyMemory<byte>, DialectEvent> scan) : IDialectStream
{
    private readonly GeminiFrames _frames = new(GeminiFraming.Array);
    private readonly ArrayBufferWriter<byte> _item = new(512);
    private SseDialectStream? _events;
    private ReadOnlyMemory<byte> _data;

    public ReadOnlyMemory<byte> Raw { get; private set; }

    public DialectEvent Event => _events?.Event ?? default;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        Raw = default;
        _events ??= new SseDialectStream(body, maxEventBytes, Look);
        if (!await _events.ReadAsync(cancellationToken))
        {
            return false;
        }

        _item.ResetWrittenCount();
        _frames.Write(_item, _data.Span);
        Raw = _item.WrittenMemory;
        return true;
    }

    public ValueTask DisposeAsync() => _events?.DisposeAsync() ?? body.DisposeAsync();

    private DialectEvent Look(ReadOnlyMemory<byte> data)
    {
        _data = data;
        return scan(data);
    }
}
