namespace Conductor.Hooks;

/// <summary>What a text is.</summary>
public enum HookTextKind
{
    /// <summary>Instructions: the system's or the developer's.</summary>
    System,

    /// <summary>What the user says; the texts of an operation and of embeddings, too.</summary>
    User,

    /// <summary>What the assistant says, or has said.</summary>
    Assistant,

    /// <summary>What the assistant thinks, or has thought.</summary>
    Reasoning,

    /// <summary>What the assistant says instead of an answer.</summary>
    Refusal,

    /// <summary>One text inside the arguments of a tool call, without JSON's escapes.</summary>
    ToolArgument,

    /// <summary>What a tool has given back, or one text inside it.</summary>
    ToolResult,

    /// <summary>One text inside an operation's result.</summary>
    Result,
}
