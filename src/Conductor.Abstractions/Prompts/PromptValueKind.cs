namespace Conductor.Prompts;

/// <summary>What a function's parameter is.</summary>
public enum PromptValueKind
{
    /// <summary>A string; numbers and times are written in the invariant culture.</summary>
    Text,

    /// <summary>A long.</summary>
    Integer,

    /// <summary>A double.</summary>
    Number,

    /// <summary>A bool.</summary>
    Boolean,

    /// <summary>Whatever was given.</summary>
    Any,
}
