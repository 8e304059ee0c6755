namespace Conductor.Settings;

/// <summary>`reliability:`</summary>
public sealed record ReliabilitySettings
{
    /// <summary>Attempts per request, the first one counted.</summary>
    /// <value>1 to 8.</value>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The whole request, from its first byte to the answer's first; a stream may then go on.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for an attempt's first content.</summary>
    public TimeSpan FirstContent { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence inside a stream.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest stream.</summary>
    public TimeSpan MaxStream { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>When a stream's headers go out before its first content.</summary>
    public TimeSpan StreamCommitAfter { get; init; } = TimeSpan.FromSeconds(15);
}
