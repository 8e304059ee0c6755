using Conductor.Money;

namespace Conductor.Operations;

/// <summary>What an engine found.</summary>
/// <param name="Result">UTF-8 JSON that fits the operation's result schema.</param>
/// <param name="Usage">What was used; an embedded engine counts its input's words as tokens and says that this is an estimate.</param>
public sealed record OperationEngineResult(ReadOnlyMemory<byte> Result, TokenUsage Usage)
{
    /// <summary>What the caller should know of how the result came about, a sentence each; told as `metadata.notices`.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
