using Conductor.Money;

namespace Conductor.Calls;

/// <summary>What a call came to. A stream's usage and cost are there once it has ended.</summary>
public abstract class ModelOutcome
{
    /// <summary>The attempt that answered; null for an answer from the cache.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>The provider's configured name.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>What the answer took; for an answer from the cache what the original took.</summary>
    public TokenUsage Usage { get; set; } = TokenUsage.None;

    /// <summary>What the caller should know of how the answer came about, a sentence each: at most 20 of at most 500 characters.</summary>
    public IReadOnlyList<string> Notices { get; set; } = [];
}
