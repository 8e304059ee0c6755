namespace Conductor.Settings;

/// <summary>One entry of `hooks:`, by the hook's name. A hook that a plugin brings need not be listed; one that is listed has to be there.</summary>
public sealed record HookSettings
{
    /// <summary>Whether it is asked at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>What becomes of a call when the hook is not there, fails, or takes too long.</summary>
    public HookFailureRule OnFailure { get; init; } = HookFailureRule.Refuse;

    /// <summary>How long it may take for a prompt, and for each piece of an answer: 10 ms to 1 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What becomes of a call whose hook cannot be asked.</summary>
public enum HookFailureRule
{
    /// <summary>It is refused.</summary>
    Refuse,

    /// <summary>It goes on as if there were no such hook.</summary>
    Allow,
}
