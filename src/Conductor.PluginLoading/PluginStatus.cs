namespace Conductor.PluginLoading;

/// <summary>One plugin file and what it came to. Values only: it can outlive the plugin.</summary>
public sealed record PluginStatus
{
    /// <summary>The plugin's id; the file's name while no manifest could be read.</summary>
    public required string Id { get; init; }

    public required PluginKind Kind { get; init; }

    public required PluginState State { get; init; }

    /// <summary>Why it is in this state, as a sentence that says what to do; null when all is well.</summary>
    public string? Reason { get; init; }

    /// <summary>When it came into this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The DLL, as a path below the plugin folder.</summary>
    public required string File { get; init; }

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    /// <summary>The plugin's own version; null while no manifest could be read.</summary>
    public string? Version { get; init; }

    /// <summary>The contract version that it was compiled against.</summary>
    public string? ContractVersion { get; init; }

    /// <summary>SHA-256 over all files of the plugin, 64 hexadecimal digits.</summary>
    public string? Hash { get; init; }

    /// <summary>What it serves now, such as `provider:openai`, `operation:summarization`, `function:shorten`; empty while it serves nothing.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Calls that hold on to this version.</summary>
    public int CallsInFlight { get; init; }

    /// <summary>Load contexts of this plugin, of all its versions, that are in memory: 1 while one serves; more while others drain or will not leave.</summary>
    public int ContextsAlive { get; init; }
}

/// <summary>Which folder a plugin belongs to.</summary>
public enum PluginKind
{
    Provider,
    Operation,
}

/// <summary>Where a plugin stands.</summary>
public enum PluginState
{
    /// <summary>Seen, not yet read.</summary>
    Found,

    /// <summary>Will not be loaded; the reason says why.</summary>
    Rejected,

    /// <summary>Its code is in memory.</summary>
    Loaded,

    /// <summary>It serves.</summary>
    Active,

    /// <summary>It takes no new calls and finishes those it has.</summary>
    Draining,

    /// <summary>Gone.</summary>
    Unloaded,

    /// <summary>It was loaded and failed; the reason says how.</summary>
    Faulted,
}
