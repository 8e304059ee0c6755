namespace Conductor.Money;

/// <summary>What one attempt used, in tokens, as providers bill it. Never negative. Parts are contained in their whole, and may overlap each other.</summary>
public sealed record TokenUsage
{
    /// <summary>Nothing used.</summary>
    public static TokenUsage None { get; } = new();

    /// <summary>All input tokens: text, audio and pictures, those read from or written to a provider's cache included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider read from its cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that the provider wrote to its cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CacheWriteTokens"/> that the cache keeps for an hour; the rest it keeps for minutes.</summary>
    public long CacheWriteHourTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that was audio.</summary>
    public long AudioInputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that was pictures.</summary>
    public long ImageInputTokens { get; init; }

    /// <summary>The part of <see cref="InputTokens"/> that was turned into vectors: all of it where a call asks for embeddings, else none.</summary>
    public long EmbeddingTokens { get; init; }

    /// <summary>All output tokens: text, audio and pictures, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The part of <see cref="OutputTokens"/> spent on reasoning.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>The part of <see cref="OutputTokens"/> that is audio.</summary>
    public long AudioOutputTokens { get; init; }

    /// <summary>The part of <see cref="OutputTokens"/> that is pictures.</summary>
    public long ImageOutputTokens { get; init; }

    /// <summary>Input and output together; <see cref="long.MaxValue"/> where the sum is beyond it.</summary>
    public long TotalTokens => Sum(InputTokens, OutputTokens);

    /// <summary>True when the provider did not say and the figures are Conductor's estimate.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>True when the provider's figures were absurd (negative, fractional, beyond 1e12) and were clamped.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>The same usage as that of an embedding: all of its input became vectors.</summary>
    public TokenUsage AsEmbedding() => this with { EmbeddingTokens = InputTokens };

    /// <summary>Both together. Estimated or suspect when either is.</summary>
    public static TokenUsage operator +(TokenUsage left, TokenUsage right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new TokenUsage
        {
            InputTokens = Sum(left.InputTokens, right.InputTokens),
            CachedInputTokens = Sum(left.CachedInputTokens, right.CachedInputTokens),
            CacheWriteTokens = Sum(left.CacheWriteTokens, right.CacheWriteTokens),
            CacheWriteHourTokens = Sum(left.CacheWriteHourTokens, right.CacheWriteHourTokens),
            AudioInputTokens = Sum(left.AudioInputTokens, right.AudioInputTokens),
            ImageInputTokens = Sum(left.ImageInputTokens, right.ImageInputTokens),
            EmbeddingTokens = Sum(left.EmbeddingTokens, right.EmbeddingTokens),
            OutputTokens = Sum(left.OutputTokens, right.OutputTokens),
            ReasoningTokens = Sum(left.ReasoningTokens, right.ReasoningTokens),
            AudioOutputTokens = Sum(left.AudioOutputTokens, right.AudioOutputTokens),
            ImageOutputTokens = Sum(left.ImageOutputTokens, right.ImageOutputTokens),
            IsEstimated = left.IsEstimated || right.IsEstimated,
            IsSuspect = left.IsSuspect || right.IsSuspect,
        };
    }

    /// <summary>Both together.</summary>
    public static TokenUsage Add(TokenUsage left, TokenUsage right) => left + right;

    // Figures come from outside: a sum that wraps round would turn the largest usage into a credit.
    private static long Sum(long left, long right) =>
        left > 0 && right > long.MaxValue - left ? long.MaxValue
        : left < 0 && right < long.MinValue - left ? long.MinValue
        : left + right;
}
