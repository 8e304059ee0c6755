namespace Conductor.Wire;

/// <summary>An answer is not one. Its message never holds the upstream's own text; <see cref="Error"/> does, for whoever maps it.</summary>
public sealed class WireResponseException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">A sentence for operators.</param>
    /// <param name="error">The error object that stood where an answer should be.</param>
    /// <param name="innerException">The cause.</param>
    public WireResponseException(WireResponseFault fault, string message, WireError? error = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Error = error;
    }

    /// <summary>Creates the exception: <see cref="WireResponseFault.ErrorInside"/> where there is an error, else <see cref="WireResponseFault.WrongShape"/>.</summary>
    /// <param name="message">A sentence for operators.</param>
    /// <param name="error">The error object that stood where an answer should be.</param>
    /// <param name="innerException">The cause.</param>
    public WireResponseException(string message, WireError? error = null, Exception? innerException = null)
        : this(error is null ? WireResponseFault.WrongShape : WireResponseFault.ErrorInside, message, error, innerException)
    {
    }

    /// <summary>What is wrong.</summary>
    public WireResponseFault Fault { get; }

    /// <summary>The error object, for <see cref="WireResponseFault.ErrorInside"/>; its texts are the upstream's.</summary>
    public WireError? Error { get; }
}

/// <summary>What can be wrong with an answer.</summary>
public enum WireResponseFault
{
    /// <summary>Not JSON, not UTF-8, nested too deep, cut short.</summary>
    NotJson,

    /// <summary>JSON, of another shape than an answer's.</summary>
    WrongShape,

    /// <summary>None of what an answer is made of: no `choices`, no `data`, no `candidates`.</summary>
    Empty,

    /// <summary>An error object with status 200.</summary>
    ErrorInside,
}
