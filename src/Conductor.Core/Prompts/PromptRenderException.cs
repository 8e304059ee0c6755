namespace Conductor.Prompts;

/// <summary>A prompt cannot be rendered with these arguments. The message never holds an argument's value.</summary>
public sealed class PromptRenderException : PromptException
{
    internal PromptRenderException(string message, string semanticKernelException, Exception? innerException = null)
        : base(message, semanticKernelException, innerException)
    {
    }

    /// <summary>The message without the file.</summary>
    public string Mistake => PromptSource is { } source && Message.StartsWith(source + ": ", StringComparison.Ordinal) ? Message[(source.Length + 2)..] : Message;

    /// <summary>The file, or another name for where the text came from.</summary>
    public string? PromptSource { get; internal set; }

    /// <summary>The mistake is the template's own and shows with any arguments.</summary>
    internal bool IsTemplateMistake { get; init; }

    /// <summary>The plugin whose function is at fault; null where the prompt or its arguments are.</summary>
    public string? FaultyPlugin { get; internal init; }

    /// <summary>The same, with the file that it was found in.</summary>
    internal PromptRenderException In(string source) =>
        new($"{source}: {Message}", SemanticKernelException, InnerException) { IsTemplateMistake = IsTemplateMistake, FaultyPlugin = FaultyPlugin, PromptSource = source };
}
