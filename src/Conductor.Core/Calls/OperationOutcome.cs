namespace Conductor.Calls;

/// <summary>An operation's result.</summary>
public sealed class OperationOutcome : ModelOutcome
{
    /// <summary>UTF-8 JSON that fits the operation's result schema. Where there are <see cref="Deltas"/>, it is there once they have been read to their end.</summary>
    public required ReadOnlyMemory<byte> Result { get; set; }

    /// <summary>The text in pieces, the first of which is in hand; null for a whole answer. Enumerate once, before the call is disposed.</summary>
    /// <remarks>Put together they are the text that the operation read its result from. A failure is thrown as a <see cref="Errors.ConductorException"/>.</remarks>
    public IAsyncEnumerable<string>? Deltas { get; internal set; }
}
