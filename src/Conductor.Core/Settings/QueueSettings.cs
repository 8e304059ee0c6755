namespace Conductor.Settings;

/// <summary>`limits.queue`: calls that wait for a place instead of being refused.</summary>
public sealed record QueueSettings
{
    /// <summary>How many may wait at each limit of calls at work; 0 = none.</summary>
    public int Length { get; init; }

    /// <summary>How long one may wait.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);
}
