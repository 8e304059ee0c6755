namespace Conductor.Prompts;

/// <summary>A prompt cannot be rendered with these arguments. The message never holds an argument's value.</summary>
public sealed class PromptRenderException : PromptException
{
    internal PromptRenderException(string message, string semanticKernelException, Exception? innerException = null)
        : base(message, semanticKernelException, innerException)
    {
    }
}
