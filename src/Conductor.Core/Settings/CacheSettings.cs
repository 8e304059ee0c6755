namespace Conductor.Settings;

/// <summary>`cache:`</summary>
public sealed record CacheSettings
{
    public bool Enabled { get; init; } = true;

    /// <summary>How long an exact answer is kept.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes the exact cache holds.</summary>
    public long MaxBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Which chat completions are answered from the cache: `off`, `temperature_zero` or `on`.</summary>
    public ChatCacheMode Chat { get; init; } = ChatCacheMode.TemperatureZero;
}
