namespace Conductor.Settings;

/// <summary>`limits.idempotency:`, what is kept of answers to requests that bear an `Idempotency-Key`.</summary>
public sealed record IdempotencySettings
{
    /// <summary>How long an answer is given again, from its end: 1 minute to 400 days.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most bytes that are kept for one tenant; the oldest finished answers leave first.</summary>
    public long MaxTenantBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Largest answer that is kept, in bytes as it goes out.</summary>
    public long MaxAnswerBytes { get; init; } = 4L * 1024 * 1024;

    /// <summary>Most bytes of streams in memory, all that run together; beyond it streams go on, and are not kept.</summary>
    public long MaxMemoryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long a call goes on that nobody listens to any more: 0 s to 1 h.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(30);
}
