namespace Conductor.Wire.OpenAI;

/// <summary>An answer is not one. Its message never holds the upstream's own text; <see cref="Error"/> does, for whoever maps it.</summary>
public sealed class OpenAIResponseException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">A sentence for operators.</param>
    /// <param name="error">The error object that stood where an answer should be.</param>
    /// <param name="innerException">The cause.</param>
    public OpenAIResponseException(OpenAIResponseFault fault, string message, OpenAIError? error = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Error = error;
    }

    /// <summary>What is wrong.</summary>
    public OpenAIResponseFault Fault { get; }

    /// <summary>The error object, for <see cref="OpenAIResponseFault.ErrorInside"/>; its texts are the upstream's.</summary>
    public OpenAIError? Error { get; }
}

/// <summary>What can be wrong with an answer.</summary>
public enum OpenAIResponseFault
{
    /// <summary>Not JSON, not UTF-8, nested too deep, cut short.</summary>
    NotJson,

    /// <summary>JSON, of another shape than an answer's.</summary>
    WrongShape,

    /// <summary>No `choices` (or no `data`), or empty ones.</summary>
    Empty,

    /// <summary>An error object with status 200.</summary>
    ErrorInside,
}
