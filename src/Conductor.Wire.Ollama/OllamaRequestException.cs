namespace Conductor.Wire.Ollama;

/// <summary>A request that cannot be said in this dialect. The one exception that its writers throw.</summary>
public sealed class OllamaRequestException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="param">The member that is wrong, as the caller knows it, for example `messages[0].content[1]`; null where it is about none.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="isUnsupported">True: right as it is, and Ollama has no word for it. False: wrong everywhere.</param>
    /// <param name="innerException">The cause.</param>
    public OllamaRequestException(string? param, string message, bool isUnsupported, Exception? innerException = null)
        : base(message, innerException)
    {
        Param = param;
        IsUnsupported = isUnsupported;
    }

    /// <summary>The member that is wrong.</summary>
    public string? Param { get; }

    /// <summary>Whether another server may be able to do it.</summary>
    public bool IsUnsupported { get; }
}
