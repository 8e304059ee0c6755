using System.Text.RegularExpressions;

namespace Conductor.PluginLoading;

/// <summary>Knows the three shapes that a plugin has on disk: a source project, a published folder, a loose DLL. It opens nothing.</summary>
internal static partial class PluginProbe
{
    /// <summary>Every plugin, and everything that was meant to be one, in the order of the names.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be listed.</exception>
    public static IReadOnlyList<ProbedPlugin> Probe(PluginKind kind, string folder)
    {
        var found = new List<ProbedPlugin>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (PluginFiles.IsOfNoPlugin(name))
            {
                continue;
            }

            if (IsBrokenLink(path))
            {
                found.Add(Rejected(kind, name, "is a symbolic link that leads nowhere; remove it or point it at a plugin."));
            }
            else if (Directory.Exists(path))
            {
                if (ProbeFolder(kind, path, name) is { } plugin)
                {
                    found.Add(plugin);
                }
            }
            else if (name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            {
                found.Add(IsOrderly(name[..^4]) ? new(kind, name, path, PluginShape.LooseDll) : Rejected(kind, name, OddName));
            }
        }

        return found;
    }

    /// <summary>The plugin at a path outside the plugin folders; of which kind it is, only its manifest says.</summary>
    /// <param name="path">A full path to a DLL, a plugin's folder, or the folder of a build's output.</param>
    public static ProbedPlugin ProbeOne(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (Directory.Exists(path))
        {
            if (OutputIn(path) is { } built)
            {
                return ProbeOne(built);
            }

            return ProbeFolder(default, path, name) ?? Rejected(default, name, "holds no plugin; give the plugin's DLL, or build it first.");
        }

        if (!Path.Exists(path))
        {
            return Rejected(default, name, "is not there; give a plugin's DLL or its folder.");
        }

        if (!name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || !IsOrderly(name[..^4]))
        {
            return Rejected(default, name, name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? OddName : "is no DLL; give a plugin's DLL or its folder.");
        }

        var folder = Path.GetDirectoryName(path)!;
        var shape = OutputIn(folder) == path ? PluginShape.SourceProject
            : Path.GetFileName(folder) == name[..^4] ? PluginShape.PublishedFolder
            : PluginShape.LooseDll;
        return new(default, name, path, shape);
    }

    // A build or a publish writes one .deps.json into its folder, beside the DLL of the same name.
    private static string? OutputIn(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*.deps.json") is [var only] && only[..^".deps.json".Length] + ".dll" is var dll && File.Exists(dll) ? dll : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null; // reading the plugin says why
        }
    }

    private const string OddName = "has a name that is not used for plugins; rename it to 1 to 80 of the characters A-Z, a-z, 0-9, '.', '_' and '-'.";

    private static ProbedPlugin? ProbeFolder(PluginKind kind, string folder, string name)
    {
        string[] content;
        string[] projects;
        try
        {
            content = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))];
            projects = [.. Directory.EnumerateFiles(folder, "*.??proj").Select(path => Path.GetFileNameWithoutExtension(path))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Rejected(kind, name, $"cannot be read; give the account that runs Conductor access to it ({failure.Message})");
        }

        if (content.All(entry => entry is "bin" or "obj" || PluginFiles.IsOfNoPlugin(entry)))
        {
            return null; // what a deleted or moved project leaves behind
        }

        if (!IsOrderly(name))
        {
            return Rejected(kind, name, OddName);
        }

        switch (projects)
        {
            case []:
                var published = Path.Combine(folder, name + ".dll");
                return Path.Exists(published)
                    ? new(kind, $"{name}/{name}.dll", published, PluginShape.PublishedFolder)
                    : Rejected(kind, name, $"has neither a project file nor '{name}.dll'; name the folder after the plugin's DLL.");

            case [var project]:
                var built = $"{name}/bin/plugin/{project}.dll";
                var path = Path.Combine(folder, "bin", "plugin", project + ".dll");
                return Path.Exists(path)
                    ? new(kind, built, path, PluginShape.SourceProject)
                    : new(kind, built, path, PluginShape.SourceProject)
                    {
                        IsNotBuilt = true,
                        Problem = $"not built yet: dotnet build {Path.GetFileName(Path.GetDirectoryName(folder))}/{name}",
                    };

            default:
                return Rejected(kind, name, $"holds {projects.Length} project files ({string.Join(", ", projects)}); a plugin is one project.");
        }
    }

    private static ProbedPlugin Rejected(PluginKind kind, string file, string problem) =>
        new(kind, file, "", PluginShape.LooseDll) { Problem = $"'{file}' {problem}" };

    private static bool IsBrokenLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true) is { Exists: false };
        }
        catch (IOException)
        {
            return true; // a loop
        }
    }

    private static bool IsOrderly(string name) => OrderlyName().IsMatch(name);

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,80}\z")]
    private static partial Regex OrderlyName();
}
