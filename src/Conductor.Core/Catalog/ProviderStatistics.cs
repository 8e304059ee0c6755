using Conductor.Providers;

namespace Conductor.Catalog;

/// <summary>What real traffic tells of a provider. Thread-safe.</summary>
public sealed class ProviderStatistics
{
    // Weight of the newest call in the moving means: about the last twenty calls count.
    private const double Newest = 0.1;
    private readonly Lock _gate = new();
    private double? _latencyMilliseconds;
    private double? _recentSuccess;

    public long Requests { get; private set; }

    public long Failures { get; private set; }

    public string? LastError { get; private set; }

    public DateTimeOffset? LastErrorAt { get; private set; }

    public ProviderHealth Health { get; private set; } = new(ProviderHealthStatus.Unknown);

    public DateTimeOffset? LastCheck { get; private set; }

    public TimeSpan? RecentLatency => _latencyMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    public double? RecentSuccessRate => _recentSuccess;

    public void Succeeded(TimeSpan latency)
    {
        lock (_gate)
        {
            Requests++;
            _latencyMilliseconds = _latencyMilliseconds is { } mean ? mean + ((latency.TotalMilliseconds - mean) * Newest) : latency.TotalMilliseconds;
            _recentSuccess = _recentSuccess is { } rate ? rate + ((1 - rate) * Newest) : 1;
        }
    }

    public void Failed(string error, DateTimeOffset at)
    {
        lock (_gate)
        {
            Requests++;
            Failures++;
            LastError = error;
            LastErrorAt = at;
            _recentSuccess = _recentSuccess is { } rate ? rate - (rate * Newest) : 0;
        }
    }

    public void Checked(ProviderHealth health, DateTimeOffset at)
    {
        lock (_gate)
        {
            Health = health;
            LastCheck = at;
        }
    }
}
