namespace Conductor.Operations;

/// <summary>A model's answer to an operation's prompt cannot be read. The message is quoted to the model in the one repair attempt.</summary>
public sealed class OperationReplyException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the answer, addressed to the model.</param>
    /// <param name="innerException">The cause.</param>
    public OperationReplyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
