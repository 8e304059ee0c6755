namespace Conductor.Hooks;

/// <summary>What a hook has to say of what it saw.</summary>
public sealed class HookVerdict
{
    private HookVerdict(string? reason) => Reason = reason;

    /// <summary>Go on, with what the hook made of it.</summary>
    public static HookVerdict Pass { get; } = new(null);

    /// <summary>The caller's error, a sentence; null to go on.</summary>
    public string? Reason { get; }

    /// <summary>Refuse: the caller is told 400 `content_filter`, in a stream that has begun by its last event.</summary>
    /// <param name="reason">A sentence for the caller, at most 500 characters; it should not repeat what it objects to.</param>
    public static HookVerdict Block(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new(reason);
    }
}
