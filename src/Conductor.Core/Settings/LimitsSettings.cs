namespace Conductor.Settings;

/// <summary>`limits:`</summary>
public sealed record LimitsSettings
{
    /// <summary>Calls at work at once; one more is refused with 503.</summary>
    public int MaxConcurrentRequests { get; init; } = 200;

    /// <summary>What all calls together may take in a time; dollars among them stand with the budgets.</summary>
    public RateLimitSettings Rates { get; init; } = RateLimitSettings.None;

    /// <summary>Calls that wait for a place; none by default.</summary>
    public QueueSettings Queue { get; init; } = new();

    /// <summary>Whether answers from the cache count as requests.</summary>
    public bool CountCacheHits { get; init; } = true;

    /// <summary>Largest request body, in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Largest upstream answer, in bytes after decompression.</summary>
    public long MaxReplyBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>Largest event of an upstream's stream, in bytes.</summary>
    public int MaxEventBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest text of an operation, in UTF-16 code units.</summary>
    public int MaxTextLength { get; init; } = 32_000;

    /// <summary>The longest answer of a call that names no limit and is under a hard budget, in tokens, where the catalogue has none for the model.</summary>
    public int DefaultMaxOutputTokens { get; init; } = 4_096;

    /// <summary>Longest text of an embedding's input, in UTF-16 code units.</summary>
    public int MaxEmbeddingTextLength { get; init; } = 8_192;

    /// <summary>`limits.idempotency`</summary>
    public IdempotencySettings Idempotency { get; init; } = new();
}
