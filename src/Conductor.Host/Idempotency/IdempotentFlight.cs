using Conductor.Storage;

namespace Conductor.Host.Idempotency;

/// <summary>A key whose request is under way in this process: the first request leads, the others wait for what it finds.</summary>
internal sealed class IdempotentFlight
{
    private readonly TaskCompletionSource<IdempotentLanding> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<IdempotentLanding> Landing => _landing.Task;

    /// <summary>Completes when the key is no longer under way here: what came of it is in the store.</summary>
    public Task Gone => _gone.Task;

    public void Leave() => _gone.TrySetResult();

    public void Land(IdempotentLanding landing) => _landing.TrySetResult(landing);

    public void Fail(Exception failure)
    {
        _landing.TrySetException(failure);
        _ = _landing.Task.Exception; // nobody may be waiting
    }
}

/// <summary>What the first request found: an answer in the making, or one that is kept.</summary>
/// <param name="Request">The digest of the request whose answer it is.</param>
/// <param name="RequestId">The id of that request.</param>
/// <param name="Recording">The answer in the making; null where there is <paramref name="Kept"/>.</param>
/// <param name="Kept">What the store has; null where there is <paramref name="Recording"/>.</param>
internal sealed record IdempotentLanding(ReadOnlyMemory<byte> Request, string RequestId, AnswerRecording? Recording, IdempotencyRecord? Kept);
