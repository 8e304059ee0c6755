namespace Conductor.Money;

/// <summary>What one attempt used, in tokens. Never negative.</summary>
public sealed record TokenUsage
{
    /// <summary>Nothing used.</summary>
    public static TokenUsage None { get; } = new();

    /// <summary>All input tokens, those read from or written to a provider's cache included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider read from its cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider wrote to its cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>All output tokens, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="OutputTokens"/> spent on reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Input and output together.</summary>
    public long TotalTokens => InputTokens + OutputTokens;

    /// <summary>True when the provider did not say and the figures are Conductor's estimate.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>True when the provider's figures were absurd (negative, fractional, beyond 1e12) and were clamped.</summary>
    public bool IsSuspect { get; init; }
}
