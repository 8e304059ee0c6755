namespace Conductor.TestKit;

/// <summary>What a check came to.</summary>
public enum ConformanceOutcome
{
    /// <summary>The plugin does what is asked.</summary>
    Passed,

    /// <summary>It does not; the message says what was wrong and what to do.</summary>
    Failed,

    /// <summary>The plugin does not offer this, or its upstream cannot be made to; the message says which. No fault.</summary>
    NotOffered,

    /// <summary>An earlier failure left nothing to check, for example a plugin that does not load.</summary>
    NotRun,
}
