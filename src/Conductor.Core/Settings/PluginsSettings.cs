namespace Conductor.Settings;

/// <summary>`plugins:`</summary>
public sealed record PluginsSettings
{
    /// <summary>The folder of provider plugins, absolute; null = found beside the executable or in the source tree.</summary>
    public string? Path { get; init; }

    /// <summary>The folder of operation plugins, absolute; null = found beside the executable or in the source tree.</summary>
    public string? Operations { get; init; }

    /// <summary>Whether the folders are watched, so that plugins are loaded, replaced and unloaded as their files come and go.</summary>
    public bool Watch { get; init; } = true;

    /// <summary>By plugin id, the SHA-256 of the contents that may run; of a plugin that is not in it any may.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Allowed { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Whether plugins that are not in <see cref="Allowed"/> are refused.</summary>
    public bool RequirePins { get; init; }

    /// <summary>How many versions of one plugin may stay in memory after their unload before a further one is refused. 1 to 1000.</summary>
    public int LeakBudget { get; init; } = 5;

    /// <summary>How long calls in flight may go on with a version that was replaced or taken away; then they are ended, streams by an error event.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>When a provider is kept from calls because its plugin fails by itself.</summary>
    public QuarantineSettings Quarantine { get; init; } = new();
}
