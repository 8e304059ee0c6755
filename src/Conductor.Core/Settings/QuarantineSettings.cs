namespace Conductor.Settings;

/// <summary>`plugins: quarantine:`: when a provider is kept from calls because its plugin fails by itself.</summary>
public sealed record QuarantineSettings
{
    /// <summary>Faults of the plugin's own within <see cref="Window"/> that bring it in; 0 = never.</summary>
    /// <value>0 to 1,000.</value>
    public int Faults { get; init; } = 5;

    /// <summary>The time in which they are counted.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it is kept away the first time; twice as long each time that the probe after it fails, too.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest of these times.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(10);
}
