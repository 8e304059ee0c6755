namespace Conductor.Prompts;

/// <summary>A prompt cannot be rendered with these arguments. The message never holds an argument's value.</summary>
public sealed class PromptRenderException : PromptException
{
    internal PromptRenderException(string message, string semanticKernelException, Exception? innerException = null)
        : base(message, semanticKernelException, innerException)
    {
    }

    /// <summary>The mistake is the template's own and shows with any arguments.</summary>
    internal bool IsTemplateMistake { get; init; }

    /// <summary>The same, with the file that it was found in.</summary>
    internal PromptRenderException In(string source) =>
        new($"{source}: {Message}", SemanticKernelException, InnerException) { IsTemplateMistake = IsTemplateMistake };
}
