namespace Conductor.Storage;

/// <summary>What is known of the request that first bore a tenant's idempotency key, and what it came to.</summary>
public sealed record IdempotencyRecord
{
    /// <summary>Whose key it is. Another tenant's same key is another one.</summary>
    public required string TenantId { get; init; }

    /// <summary>The key, or what stands for it; 1 to 255 characters.</summary>
    public required string Key { get; init; }

    /// <summary>The process that makes the call: what it left running is interrupted once it is gone.</summary>
    public required string Owner { get; init; }

    /// <summary>The id by which the ledger knows the request.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the request came, to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on the key is unknown.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What tells this request from another one: digests, never the request itself.</summary>
    public required ReadOnlyMemory<byte> Request { get; init; }

    /// <summary>How far it has come.</summary>
    public IdempotencyState State { get; init; }

    /// <summary>The answer's HTTP status; 0 where there is no answer.</summary>
    public int Status { get; init; }

    /// <summary>The answer's headers, UTF-8 JSON: an object of texts.</summary>
    public ReadOnlyMemory<byte> Headers { get; init; }

    /// <summary>The answer's bytes as they went out.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Bytes that it is counted with, its row included.</summary>
    public long Size => 512L + Request.Length + Headers.Length + Body.Length;
}

/// <summary>How far the request of an idempotency key has come. Stored as numbers.</summary>
public enum IdempotencyState
{
    /// <summary>It runs, or the process that ran it has ended in the middle.</summary>
    Running = 0,

    /// <summary>Its answer is kept.</summary>
    Finished = 1,

    /// <summary>A target was asked, and nobody heard the answer to its end.</summary>
    Interrupted = 2,

    /// <summary>It was answered, and the answer is too large to keep.</summary>
    TooLarge = 3,
}
