namespace Conductor.Prompts;

/// <summary>How strictly a prompt is rendered.</summary>
public enum PromptMode
{
    /// <summary>
    /// As Semantic Kernel renders it, but an argument can never become a role or a tag, and markup that cannot be read is an error.
    /// The default everywhere in Conductor.
    /// </summary>
    Hardened,

    /// <summary>Exactly as Semantic Kernel renders it, holes included. For comparing and for moving prompts over.</summary>
    SemanticKernel,
}
