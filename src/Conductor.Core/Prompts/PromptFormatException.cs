namespace Conductor.Prompts;

/// <summary>A prompt file cannot be used: the message says where, what is wrong and what to write.</summary>
public sealed class PromptFormatException : PromptException
{
    internal PromptFormatException(string source, int line, string mistake, string semanticKernelException, Exception? innerException = null)
        : base(line > 0 ? $"{source}, line {line}: {mistake}" : $"{source}: {mistake}", semanticKernelException, innerException)
    {
        PromptSource = source;
        Line = line;
        Mistake = mistake;
    }

    /// <summary>The file, or another name for where the text came from.</summary>
    public string PromptSource { get; }

    /// <summary>Counted from 1; 0 where the mistake has no line.</summary>
    public int Line { get; }

    /// <summary>The message without the place.</summary>
    public string Mistake { get; }
}
