using System.Buffers;
using Conductor.Dialects;
using Conductor.Providers;
using Conductor.Wire;

namespace Conductor.Host.Dialects;

/// <summary>A stream of lines of JSON that passes through as bytes, each looked at on its way. Every line goes out with LF at its end.</summary>
/// <param name="body">The upstream's answer; disposed with this.</param>
/// <param name="maxLineBytes">A longer line is the upstream's failure.</param>
/// <param name="scan">What a line holds. Throws a <see cref="ProviderException"/> for an error inside; called in order, once for each line.</param>
internal sealed class NdjsonDialectStream(Stream body, int maxLineBytes, Func<ReadOnlyMemory<byte>, DialectEvent> scan) : IDialectStream
{
    private readonly NdjsonReader _reader = new(body, maxLineBytes);
    private readonly ArrayBufferWriter<byte> _line = new(512);

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
        catch (WireResponseException tooLong)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, tooLong.Message);
        }
        catch (IOException broken)
        {
            throw new ProviderException(ProviderErrorKind.Network, "The connection broke inside the stream.", broken);
        }

        Event = scan(_reader.Line);
        _line.ResetWrittenCount();
        _line.Write(_reader.Line.Span);
        _line.Write("\n"u8);
        Raw = _line.WrittenMemory;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await body.DisposeAsync();
    }
}
