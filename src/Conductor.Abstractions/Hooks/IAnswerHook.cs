namespace Conductor.Hooks;

/// <summary>Sees one answer, piece by piece as it comes. A whole answer comes as one piece of each part. For one call; never called from two threads at once.</summary>
public interface IAnswerHook
{
    /// <summary>
    /// Looks at a piece of text. It may change it, keep some of it back for a later piece of the same part (everything has to be given out with the last), and end the answer.
    /// </summary>
    /// <param name="chunk">The piece; valid until this returns.</param>
    /// <param name="cancellationToken">Cancelled when the hook's time is up, and when the caller leaves.</param>
    ValueTask<HookVerdict> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken);

    /// <summary>All of the answer has been seen. A refusal here is the caller's error for a whole answer, and the last event of a stream.</summary>
    /// <param name="cancellationToken">As above.</param>
    ValueTask<HookVerdict> AfterAsync(CancellationToken cancellationToken) => new(HookVerdict.Pass);
}
