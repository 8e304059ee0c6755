using Conductor.Host.Cli;
using Conductor.PluginLoading;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Lab;

/// <summary>A plugin under test: a copy of it in the lab's own plugin folder, and its versions.</summary>
internal sealed class LabPlugin
{
    private readonly PluginVersions _versions;
    private readonly string _scratch;
    private int _version;

    private LabPlugin(string path, string scratch)
    {
        Path = path;
        _scratch = scratch;
        _versions = new PluginVersions(File.ReadAllBytes(path));
    }

    /// <summary>The DLL in the lab's plugin folder.</summary>
    public string Path { get; }

    /// <summary>The plugin's id, from its manifest.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Puts copies of plugins into a folder and reads their manifests. No code of them runs here.</summary>
    /// <exception cref="CliException">One of them is none.</exception>
    public static IReadOnlyList<LabPlugin> PlaceAll(IReadOnlyList<string> paths, string folder, string scratch)
    {
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(scratch);
        List<LabPlugin> plugins = [.. (paths.Count == 0 ? [FindShipped(scratch)] : paths).Select(path => Place(path, folder, scratch))];
        using var loader = LoaderFor(folder, scratch);
        var found = loader.Scan().New;
        foreach (var plugin in plugins)
        {
            plugin.Id = found.FirstOrDefault(candidate => System.IO.Path.Combine(folder, candidate.File) == plugin.Path)?.Id
                ?? throw new CliException(ExitCodes.Usage,
                    loader.Statuses.FirstOrDefault(status => System.IO.Path.Combine(folder, status.File) == plugin.Path)?.Reason ?? $"{plugin.Path} is no provider plugin.");
        }

        return plugins;
    }

    /// <summary>Replaces the DLL in one step, as `mv` does, by the next version of it.</summary>
    public void Replace()
    {
        _version++;
        var next = System.IO.Path.Combine(_scratch, $"{System.IO.Path.GetFileName(Path)}.{_version}");
        File.WriteAllBytes(next, _versions.Make(_version));
        File.Move(next, Path, overwrite: true);
    }

    private static LabPlugin Place(string path, string folder, string scratch)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full))
        {
            var name = System.IO.Path.GetFileName(full);
            File.Copy(full, System.IO.Path.Combine(folder, name));
            var dependencies = System.IO.Path.ChangeExtension(full, ".deps.json");
            if (File.Exists(dependencies))
            {
                File.Copy(dependencies, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(dependencies)));
            }

            return new LabPlugin(System.IO.Path.Combine(folder, name), scratch);
        }

        if (!Directory.Exists(full))
        {
            throw new CliException(ExitCodes.Usage, $"There is no plugin at {path}; name a DLL, or the folder of one.");
        }

        var main = MainOf(full) ?? throw new CliException(ExitCodes.Usage, $"{path} holds no DLL that is named after the folder, and none with a .deps.json beside it.");
        var target = System.IO.Path.Combine(folder, main);
        CopyAll(new DirectoryInfo(full), target);
        return new LabPlugin(System.IO.Path.Combine(target, main + ".dll"), scratch);
    }

    private static string? MainOf(string folder)
    {
        var name = System.IO.Path.GetFileName(folder.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        return File.Exists(System.IO.Path.Combine(folder, name + ".dll"))
            ? name
            : Directory.EnumerateFiles(folder, "*.deps.json").Select(file => System.IO.Path.GetFileName(file)[..^".deps.json".Length])
                .FirstOrDefault(name => File.Exists(System.IO.Path.Combine(folder, name + ".dll")));
    }

    private static string FindShipped(string scratch)
    {
        var folder = PluginFolders.Find("plugins", AppContext.BaseDirectory)
            ?? throw new CliException(ExitCodes.Failed, "There is no plugin folder beside this executable; name a plugin with --plugin.");
        using var loader = LoaderFor(folder, scratch);
        var shipped = loader.Scan().New.FirstOrDefault(candidate => candidate.Id == "openai-compatible")
            ?? throw new CliException(ExitCodes.Failed, $"The plugin 'openai-compatible' is not in {folder}; name another one with --plugin.");
        var path = System.IO.Path.Combine(folder, shipped.File);
        return System.IO.Path.GetDirectoryName(path) == folder ? path : System.IO.Path.GetDirectoryName(path)!;
    }

    private static PluginLoader LoaderFor(string folder, string scratch) => new(
        new PluginLoaderOptions { ProviderFolder = folder, ShadowFolder = System.IO.Path.Combine(scratch, "copies") },
        TimeProvider.System,
        NullLogger<PluginLoader>.Instance);

    private static void CopyAll(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in from.EnumerateFiles())
        {
            file.CopyTo(System.IO.Path.Combine(to, file.Name));
        }

        foreach (var folder in from.EnumerateDirectories().Where(folder => folder.Name != "publish"))
        {
            CopyAll(folder, System.IO.Path.Combine(to, folder.Name));
        }
    }
}
