namespace Conductor.TestKit;

/// <summary>Which plugin to check, and what it needs for that.</summary>
public sealed record PluginUnderTest
{
    /// <summary>The plugin's DLL, its published folder, its source project's folder, or the folder it was built into. The files are copied and left as they are.</summary>
    public required string Path { get; init; }

    /// <summary>The plugin's own settings, as under `providers.NAME` or `operations.NAME` of the configuration; `a:b` for a member below a member.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The provider's key; null = none. It must never be seen in an error.</summary>
    public string? ApiKey { get; init; } = "testkit-key-3f9c1d7a";

    /// <summary>Starts the upstream that a provider is checked against; null for one that has none, of which only what needs no upstream is checked.</summary>
    /// <remarks>Called once for every check, which disposes it. Its <see cref="IUpstreamScript.Settings"/> are added to <see cref="Settings"/>.</remarks>
    public Func<Task<IUpstreamScript>>? Upstream { get; init; }

    /// <summary>The model to chat with; null = the first that is listed with chat among its capabilities.</summary>
    public string? ChatModel { get; init; }

    /// <summary>The model to ask for vectors; null = the first that is listed with embeddings among its capabilities.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>An example of each operation or engine by its name; of one without an example, only what needs none is checked.</summary>
    public IReadOnlyDictionary<string, OperationExample> Examples { get; init; } = new Dictionary<string, OperationExample>();

    /// <summary>How long the plugin may take to notice that a call was cancelled, and a server to see its connection closed.</summary>
    /// <value>Default 2 s. On a machine that is busy with other things, more.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one check may take; longer, and it has failed.</summary>
    /// <value>Default 30 s.</value>
    public TimeSpan CheckLimit { get; init; } = TimeSpan.FromSeconds(30);
}
