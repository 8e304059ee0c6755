namespace Conductor.Prompts;

/// <summary>What a prompt may use besides its own text.</summary>
public sealed record PromptTemplateOptions
{
    /// <summary>Functions that templates may call.</summary>
    public PromptFunctions Functions { get; init; } = PromptFunctions.Default;

    /// <summary>Every argument and every function's result is inserted as markup, as with Semantic Kernel's factory switch of this name.</summary>
    public bool AllowDangerouslySetContent { get; init; }
}
