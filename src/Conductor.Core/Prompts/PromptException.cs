namespace Conductor.Prompts;

/// <summary>Something is wrong with a prompt file, or with what it is rendered with.</summary>
public abstract class PromptException : Exception
{
    private protected PromptException(string message, string semanticKernelException, Exception? innerException)
        : base(message, innerException)
    {
        SemanticKernelException = semanticKernelException;
    }

    /// <summary>The type of exception that Semantic Kernel throws for the same mistake, for people who move prompts over.</summary>
    public string SemanticKernelException { get; }
}
