using System.Runtime.CompilerServices;
using Conductor.PluginLoading;
using Conductor.Plugins;
using Conductor.Security;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.TestKit;

/// <summary>The host's own loader and factory, over a folder of its own that is deleted at the end.</summary>
internal sealed class PluginRig : IAsyncDisposable
{
    /// <summary>The name that the provider has in the rig's configuration.</summary>
    public const string ProviderName = "under-test";

    private readonly string _folder = Directory.CreateTempSubdirectory("conductor-kit-").FullName;
    private readonly RigSettings _settings;
    private readonly ServiceProvider _host;

    public PluginRig(PluginUnderTest plugin)
    {
        Plugin = plugin;
        var nothing = Directory.CreateDirectory(Path.Combine(_folder, "none")).FullName;
        var settings = new ConductorSettings
        {
            Storage = new() { Path = Path.Combine(_folder, "data") },
            Plugins = new() { Path = nothing, Operations = nothing, Watch = false },
        };
        _settings = new RigSettings(settings);
        _host = new ServiceCollection().AddSingleton<ISettings>(_settings).AddConductor().BuildServiceProvider();
        Loader = _host.GetRequiredService<PluginLoader>();
        Factory = _host.GetRequiredService<ProviderFactory>();
    }

    public PluginUnderTest Plugin { get; }

    public PluginLoader Loader { get; }

    private ProviderFactory Factory { get; }

    /// <summary>Runs a check on a provider and an upstream of its own, and ends both.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async Task WithProviderAsync(LoadedPlugin plugin, SortedSet<string> capabilities, Func<ProviderBench, CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        var script = Plugin.Upstream is { } start ? await start().ConfigureAwait(false) : null;
        try
        {
            await WithProviderAsync(plugin, capabilities, script, check, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (script is not null)
            {
                await script.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task WithProviderAsync(
        LoadedPlugin plugin, SortedSet<string> capabilities, IUpstreamScript? script, Func<ProviderBench, CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string?>(Plugin.Settings, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in script?.Settings ?? new Dictionary<string, string?>())
        {
            values[name] = value;
        }

        var provider = new ProviderSettings { Plugin = plugin.Id, Section = Section(values), Keys = Plugin.ApiKey is { } key ? [new Secret(key)] : [] };
        var live = Factory.Create(plugin, ProviderName, provider);
        var bench = new ProviderBench(Plugin, live.Entry.Provider, live.Container, script, capabilities);
        try
        {
            await check(bench, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await live.Container.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs a check on the plugin's operations, and disposes them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async Task WithOperationsAsync(LoadedPlugin plugin, SortedSet<string> capabilities, Func<OperationBench, CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        var section = new OperationSettings { Section = Section(Plugin.Settings) };
        _settings.Current = _settings.Current with { Operations = new Dictionary<string, OperationSettings> { [plugin.Id] = section } };
        var live = Factory.CreateOperations(plugin);
        try
        {
            await check(new OperationBench(Plugin, live.Entries, live.Functions, capabilities), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await live.Container.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // The copy of a plugin that is still in memory is locked on Windows; a later clean-up of the temporary folder takes it.
        }
    }

    private static IConfiguration Section(IEnumerable<KeyValuePair<string, string?>> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();

    private sealed class RigSettings(ConductorSettings settings) : ISettings
    {
        public ConductorSettings Current { get; set; } = settings;

        public event Action<ConductorSettings>? Changed
        {
            add { }
            remove { }
        }
    }
}
