using System.Text.Json;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.PluginLoading;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Tests;

/// <summary>Conductor in process over plugin folders of the test's own.</summary>
internal sealed class TestConductor : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public TestConductor(params (string Key, string Value)[] settings)
        : this(null, settings)
    {
    }

    public TestConductor(ILoggerFactory? logs, params (string Key, string Value)[] settings)
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
            .AddSingleton<ISettings>(new FixedSettings(SettingsLoader.Load(configuration, source).Required with { PromptFolder = PromptFolder }))
            .AddConductor();
        if (logs is not null)
        {
            services.AddSingleton(logs);
        }

        _services = services.BuildServiceProvider();
        Conductor = _services.GetRequiredService<IConductor>();
    }

    public string Folder { get; }

    public string PluginFolder => Path.Combine(Folder, "plugins");

    public string OperationFolder => Path.Combine(Folder, "operations");

    /// <summary>Files that stand in for prompts; not there until somebody makes it.</summary>
    public string PromptFolder => Path.Combine(Folder, "prompts");

    public IConductor Conductor { get; }

    public Prompts.PromptStore Prompts => _services.GetRequiredService<Prompts.PromptStore>();

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

    public static OperationCall Operation(string name, object payload, string model = "auto") => new()
    {
        Context = CallContext.New(),
        Operation = name,
        Model = model,
        Payload = JsonSerializer.SerializeToUtf8Bytes(payload),
    };

    public async ValueTask DisposeAsync()
    {
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
