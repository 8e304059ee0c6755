namespace Conductor.Wire.Ollama;

/// <summary>An answer is not one. Its message never holds the server's own text; <see cref="Error"/> does, for whoever maps it.</summary>
public sealed class OllamaResponseException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">A sentence for operators.</param>
    /// <param name="error">The server's error text that stood where an answer should be; null where there was none.</param>
    /// <param name="innerException">The cause.</param>
    public OllamaResponseException(string message, string? error = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
    }

    /// <summary>The server's own words: `{"error": …}` inside a reply that began as a success.</summary>
    public string? Error { get; }
}
