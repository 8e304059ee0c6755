namespace Conductor.Hooks;

/// <summary>One of the hooks that a call goes through, whoever brings it.</summary>
internal abstract class HookLink
{
    /// <summary>Looks at a prompt, and changes its texts in place.</summary>
    /// <returns>Why the call is refused; null to go on.</returns>
    public abstract ValueTask<string?> BeforeAsync(HookPrompt prompt, CancellationToken cancellationToken);

    /// <summary>Begins to look at an answer; null where it does not.</summary>
    public abstract ValueTask<AnswerLink?> OpenAsync(HookCall call, CancellationToken cancellationToken);
}

/// <summary>One of the hooks that an answer goes through.</summary>
internal abstract class AnswerLink
{
    /// <summary>Looks at a piece, and changes its text in place.</summary>
    /// <returns>Why the answer ends here; null to go on.</returns>
    public abstract ValueTask<string?> ChunkAsync(HookChunk chunk, CancellationToken cancellationToken);

    /// <summary>The answer is over.</summary>
    /// <returns>Why it is refused; null where it is not.</returns>
    public abstract ValueTask<string?> AfterAsync(CancellationToken cancellationToken);

    /// <summary>The call is over: nothing of the hook is held any more.</summary>
    public virtual void Close()
    {
    }
}
