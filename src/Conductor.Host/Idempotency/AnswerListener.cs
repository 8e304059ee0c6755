namespace Conductor.Host.Idempotency;

/// <summary>One client of a recording. One reader at a time.</summary>
internal sealed class AnswerListener(AnswerRecording recording) : IDisposable
{
    /// <summary>The number of the next piece.</summary>
    internal int At { get; set; }

    /// <summary>Whether the next piece is there without waiting.</summary>
    public bool HasMore => recording.HasMore(this);

    /// <summary>Waits for status and headers; false where none ever come.</summary>
    public ValueTask<bool> StartedAsync(CancellationToken cancellationToken) => recording.StartedAsync(cancellationToken);

    /// <summary>The next piece; null at the end.</summary>
    /// <exception cref="Errors.ConductorException">The client has fallen too far behind a stream that is not kept.</exception>
    public ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken) => recording.NextAsync(this, cancellationToken);

    public void Dispose() => recording.Leave(this);
}
