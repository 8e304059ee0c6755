using Conductor.Host.Composition;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>The host's own plugin folders and what lies in them, as the configuration has them. No code of any plugin runs.</summary>
internal sealed class PluginPlaces : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly PluginLoaderOptions _options;

    private PluginPlaces(LaunchSettings settings)
    {
        Settings = settings;
        var services = new ServiceCollection();
        services.AddLogging(HostLogging.ForVerb);
        services.AddOneShot(settings);
        _services = services.BuildServiceProvider();
        _options = _services.GetRequiredService<PluginLoaderOptions>();

        // Without the pins in force: what they refuse is what somebody may want to pin, replace or remove. A folder of its own for what the loader keeps.
        var shadow = Path.Combine(Path.GetTempPath(), $"conductor-look-{Guid.NewGuid():N}");
        using var loader = new PluginLoader(_options with { Pins = static () => PluginPins.None, ShadowFolder = shadow }, TimeProvider.System, _services.GetRequiredService<ILogger<PluginLoader>>());
        Found = loader.Scan().New;
        Statuses = loader.Statuses;
    }

    public LaunchSettings Settings { get; }

    /// <summary>Plugins that may be loaded.</summary>
    public IReadOnlyList<PluginCandidate> Found { get; }

    /// <summary>A row for every file, those that are refused among them.</summary>
    public IReadOnlyList<PluginStatus> Statuses { get; }

    public static PluginPlaces Open(LaunchOptions launch) => new(LaunchSettings.Open(launch));

    /// <summary>The folder of a kind.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public string FolderOf(PluginKind kind) => (kind == PluginKind.Provider ? _options.ProviderFolder : _options.OperationFolder) is { } folder && Directory.Exists(folder)
        ? Path.GetFullPath(folder)
        : throw new CliException(ExitCodes.Failed, kind == PluginKind.Provider
            ? "There is no folder of provider plugins; make 'plugins' beside the executable, or name one as --plugins DIR."
            : "There is no folder of operation plugins; make 'operations' beside the executable, or name one as --operations DIR.");

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
