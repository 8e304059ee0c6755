using System.Text.Json;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.PluginLoading;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Conductor.Tests;

/// <summary>Conductor in process over plugin folders of the test's own.</summary>
internal sealed class TestConductor : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Stack<IHostedService> _started = [];

    public TestConductor(params (string Key, string Value)[] settings)
        : this(null, settings)
    {
    }

    public TestConductor(ILoggerFactory? logs, params (string Key, string Value)[] settings)
        : this(logs, null, settings)
    {
    }

    public TestConductor(ILoggerFactory? logs, TimeProvider? time, params (string Key, string Value)[] settings)
    {
        Folder = Directory.CreateTempSubdirectory("conductor-tests-").FullName;
        Directory.CreateDirectory(PluginFolder);
        Directory.CreateDirectory(OperationFolder);
        var values = settings.ToDictionary(pair => "conductor:" + pair.Key, pair => (string?)pair.Value);
        values["conductor:plugins:path"] = PluginFolder;
        values["conductor:plugins:operations"] = OperationFolder;
        values["conductor:storage:path"] = Path.Combine(Folder, "data");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var source = new SettingsSource { ContentRoot = Folder, BaseDirectory = Folder };
        var services = new ServiceCollection()
            .AddSingleton(time ?? TimeProvider.System)
            .AddSingleton<ISettings>(Settings = new ChangingSettings(SettingsLoader.Load(configuration, source).Required with { PromptFolder = PromptFolder }))
            .AddConductor();
        if (logs is not null)
        {
            services.AddSingleton(logs);
        }

        _services = services.BuildServiceProvider();
        Conductor = _services.GetRequiredService<IConductor>();
    }

    /// <summary>The settings in force; what they are set to takes effect at once.</summary>
    public ChangingSettings Settings { get; }

    public string Folder { get; }

    public string PluginFolder => Path.Combine(Folder, "plugins");

    public string OperationFolder => Path.Combine(Folder, "operations");

    /// <summary>Files that stand in for prompts; not there until somebody makes it.</summary>
    public string PromptFolder => Path.Combine(Folder, "prompts");

    public IConductor Conductor { get; }

    public Prompts.PromptStore Prompts => _services.GetRequiredService<Prompts.PromptStore>();

    public Telemetry.ConductorMetrics Metrics => _services.GetRequiredService<Telemetry.ConductorMetrics>();

    public PluginWatcher Watcher => _services.GetRequiredService<PluginWatcher>();

    internal Plugins.PluginAudit Audit => _services.GetRequiredService<Plugins.PluginAudit>();

    internal Plugins.PluginRuntime Runtime => _services.GetRequiredService<Plugins.PluginRuntime>();

    /// <summary>Lays a built plugin into a folder of its own, as a published one stands.</summary>
    public TestConductor WithPlugin(string project) => With(project, PluginFolder);

    public TestConductor WithOperation(string project) => With(project, OperationFolder);

    public PluginStatus Status(string id) => Conductor.Plugins.Single(plugin => plugin.Id == id);

    /// <summary>The default tenant's ledger rows of a request id.</summary>
    public async Task<IReadOnlyList<LedgerRow>> RowsAsync(string requestId)
    {
        await _services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        return await _services.GetRequiredService<ILedgerStore>().FindAsync(CallContext.DefaultTenant, requestId, CancellationToken.None);
    }

    /// <summary>Starts what a host would start beside Conductor: its plugins, the watching of their folders, the questions to providers.</summary>
    public async Task StartServicesAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            _started.Push(service);
            await service.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits for something that happens by itself.</summary>
    public async Task UntilAsync(Func<bool> happened)
    {
        for (var tries = 0; !happened(); tries++)
        {
            Assert.True(tries < 1_200, string.Join("; ", Conductor.Plugins));
            await Task.Delay(50);
        }
    }

    public static OperationCall Operation(string name, object payload, string model = "auto") => new()
    {
        Context = CallContext.New(),
        Operation = name,
        Model = model,
        Payload = JsonSerializer.SerializeToUtf8Bytes(payload),
    };

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var service))
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private TestConductor With(string project, string room)
    {
        var built = Repository.Built(project);
        foreach (var file in Directory.GetFiles(built, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(room, Path.GetFileName(project), Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        return this;
    }
}
