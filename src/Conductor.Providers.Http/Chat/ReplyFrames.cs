using Conductor.Wire;

namespace Conductor.Providers.Http;

/// <summary>The pieces of one reply's stream, whatever they are. The reply outlives it.</summary>
internal sealed class ReplyFrames : IAsyncDisposable
{
    private readonly UpstreamReply _reply;
    private readonly SseReader? _events;
    private readonly NdjsonReader? _lines;

    public ReplyFrames(UpstreamReply reply, ChatFraming framing)
    {
        _reply = reply;
        if (framing == ChatFraming.Events)
        {
            _events = new SseReader(reply.Body, reply.MaxEventBytes, leaveOpen: true);
        }
        else
        {
            _lines = new NdjsonReader(reply.Body, reply.MaxEventBytes);
        }
    }

    public ValueTask<bool> ReadAsync(Action<ReadOnlyMemory<byte>> read, CancellationToken cancellationToken) =>
        _events is not null ? _reply.ReadEventAsync(_events, read, cancellationToken) : _reply.ReadLineAsync(_lines!, read, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _lines?.Dispose();
        return _events?.DisposeAsync() ?? default;
    }
}
