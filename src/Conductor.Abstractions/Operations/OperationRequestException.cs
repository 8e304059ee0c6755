namespace Conductor.Operations;

/// <summary>A request to an operation is wrong. The caller is told the field and the message.</summary>
public sealed class OperationRequestException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="field">The field, for example `parameters.max_sentences`; empty for the request as a whole.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">The cause.</param>
    public OperationRequestException(string field, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Field = field;
    }

    /// <summary>The field that is wrong.</summary>
    public string Field { get; }
}
