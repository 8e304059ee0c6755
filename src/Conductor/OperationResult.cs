using Conductor.Calls;
using Conductor.Money;

namespace Conductor;

/// <summary>What an operation found, and how that came about.</summary>
/// <param name="Value">The result.</param>
/// <param name="Answer">The whole answer: the result as JSON, times, fallback.</param>
public sealed record OperationResult<TResult>(TResult Value, OperationAnswer Answer)
{
    /// <summary>The provider's configured name.</summary>
    public string Provider => Answer.Provider;

    /// <summary>The provider's own name of the model.</summary>
    public string Model => Answer.Model;

    /// <summary>What the answer took.</summary>
    public TokenUsage Usage => Answer.Usage;

    /// <summary>What all attempts cost together.</summary>
    public CallCost Cost => Answer.Cost;

    /// <summary>What to know of how the result came about, a sentence each.</summary>
    public IReadOnlyList<string> Notices => Answer.Notices;
}
