namespace Conductor.Calls;

/// <summary>An operation's result.</summary>
public sealed class OperationOutcome : ModelOutcome
{
    /// <summary>UTF-8 JSON that fits the operation's result schema.</summary>
    public required ReadOnlyMemory<byte> Result { get; init; }
}
