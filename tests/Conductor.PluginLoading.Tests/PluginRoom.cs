using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.PluginLoading.Tests;

/// <summary>A folder of plugins, one of operations and a loader that looks into them, all of it temporary.</summary>
internal sealed class PluginRoom : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("conductor-plugins-").FullName;

    public PluginRoom()
    {
        Directory.CreateDirectory(Plugins);
        Directory.CreateDirectory(Operations);
        Loader = CreateLoader();
    }

    public PluginLoader Loader { get; }

    public string Plugins => Path.Combine(_root, "plugins");

    public string Operations => Path.Combine(_root, "operations");

    public string Shadow => Path.Combine(_root, "shadow");

    /// <summary>What the loaders of this room ask at every scan.</summary>
    public PluginPins Pins { get; set; } = PluginPins.None;

    public int LeakBudget { get; set; } = 5;

    public PluginLoader CreateLoader()
    {
        var options = new PluginLoaderOptions { ProviderFolder = Plugins, OperationFolder = Operations, ShadowFolder = Shadow, Pins = () => Pins, LeakBudget = () => LeakBudget };
        return new PluginLoader(options, TimeProvider.System, NullLogger<PluginLoader>.Instance);
    }

    /// <summary>The folder of the solution.</summary>
    public static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    /// <summary>The build of a test plugin: `Echo` for Conductor.TestPlugins.Echo.</summary>
    public static string BuildOf(string plugin) =>
        Path.Combine(Repository, "tests", "TestPlugins", "Conductor.TestPlugins." + plugin, "bin", "plugin");

    /// <summary>Drops one DLL.</summary>
    public string DropDll(string plugin, string? name = null)
    {
        var path = Path.Combine(Plugins, (name ?? "Conductor.TestPlugins." + plugin) + ".dll");
        File.Copy(Path.Combine(BuildOf(plugin), $"Conductor.TestPlugins.{plugin}.dll"), path, overwrite: true);
        return path;
    }

    /// <summary>Drops a whole build as a published folder, or as the build of a source project.</summary>
    public string DropFolder(string plugin, bool asSourceProject = false)
    {
        var name = "Conductor.TestPlugins." + plugin;
        var folder = Path.Combine(Plugins, name);
        Directory.CreateDirectory(folder);
        if (asSourceProject)
        {
            File.WriteAllText(Path.Combine(folder, name + ".csproj"), "<Project />");
            folder = Path.Combine(folder, "bin", "plugin");
            Directory.CreateDirectory(folder);
        }

        foreach (var file in Directory.EnumerateFiles(BuildOf(plugin)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        return Path.Combine(folder, name + ".dll");
    }

    public string DropBytes(string file, byte[] content)
    {
        var path = Path.Combine(Plugins, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Scans, and gives the reason for which the one file in the room was rejected.</summary>
    public string ScanForRejection()
    {
        var scan = Loader.Scan();

        Assert.Empty(scan.New);
        var status = Assert.Single(Loader.Statuses);
        Assert.Equal(PluginState.Rejected, status.State);
        return status.Reason!;
    }

    public LoadedPlugin LoadOnly() => Loader.Load(Assert.Single(Loader.Scan().New));

    public void Dispose()
    {
        Loader.Dispose();
        try
        {
            Directory.Delete(_root, recursive: true);
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows())
        {
            // The copy of a plugin that is still in memory is locked there.
        }
    }
}
