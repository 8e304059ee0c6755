using System.Buffers;
using System.IO.Pipelines;

namespace Conductor.Host.Idempotency;

/// <summary>The body of a response that is recorded: what is flushed becomes a piece of the recording.</summary>
/// <param name="recording">Where to.</param>
/// <param name="start">Tells the recording status and headers, the first time.</param>
internal sealed class RecordingWriter(AnswerRecording recording, Func<Task> start) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _pending = new(1024);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _pending.WrittenCount;

    public override void Advance(int bytes) => _pending.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _pending.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _pending.GetSpan(sizeHint);

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await start();
        if (_pending.WrittenCount > 0)
        {
            var bytes = _pending.WrittenSpan.ToArray();
            _pending.ResetWrittenCount();
            await recording.AddAsync(bytes, cancellationToken);
        }

        return default;
    }
}
