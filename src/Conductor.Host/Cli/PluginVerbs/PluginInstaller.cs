using Conductor.PluginLoading;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>Puts plugins into the plugin folders and takes them out again: by a hidden name and a rename, so that whoever watches sees a whole plugin or none.</summary>
internal static class PluginInstaller
{
    /// <summary>Copies a plugin into the folder of its kind; an older version of it under the same name is replaced.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="CliException">Its place is taken, or cannot be written.</exception>
    public static string Install(PluginCandidate plugin, PluginPlaces places)
    {
        var folder = places.FolderOf(plugin.Kind);
        var name = plugin.MainFile[..^".dll".Length];
        var isLoose = plugin.FileNames.All(file => file == plugin.MainFile || file == name + ".deps.json");
        var entry = isLoose ? plugin.MainFile : name;
        RequireFree(plugin, places, folder, entry);
        var stage = HiddenName(folder);
        try
        {
            plugin.CopyTo(stage);
            if (!isLoose)
            {
                Replace(stage, Path.Combine(folder, name), folder);
            }
            else
            {
                // The DLL last: what lies beside it is read with it.
                foreach (var file in plugin.FileNames.OrderBy(file => file == plugin.MainFile))
                {
                    File.Move(Path.Combine(stage, file), Path.Combine(folder, file), overwrite: true);
                }
            }

            return Path.Combine(folder, entry);
        }
        catch (PluginRejectedException changed)
        {
            throw new CliException(ExitCodes.Failed, changed.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"'{folder}' cannot be written: {failure.Message}");
        }
        finally
        {
            DeleteFolder(stage);
        }
    }

    /// <summary>Takes a plugin's own files away: its folder, or its DLL and its `.deps.json`.</summary>
    /// <param name="folder">The plugin folder.</param>
    /// <param name="file">The plugin's DLL or folder, as a path below it, as <see cref="PluginStatus.File"/> has it.</param>
    /// <exception cref="CliException">It is a source project, or cannot be taken away.</exception>
    public static void Remove(string folder, string file)
    {
        var entry = Path.Combine(folder, file.Split('/')[0]);
        if (IsSourceProject(entry))
        {
            throw new CliException(ExitCodes.Failed, $"'{entry}' is a source project, which this verb leaves alone; delete the folder yourself if you mean it.");
        }

        try
        {
            if (Directory.Exists(entry) && new DirectoryInfo(entry).LinkTarget is null)
            {
                var hidden = HiddenName(folder);
                Directory.Move(entry, hidden);
                DeleteFolder(hidden);
                return;
            }

            File.Delete(entry);
            if (entry.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            {
                File.Delete(Path.ChangeExtension(entry, ".deps.json"));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"'{entry}' cannot be removed: {failure.Message}");
        }
    }

    private static void RequireFree(PluginCandidate plugin, PluginPlaces places, string folder, string entry)
    {
        var other = places.Found.FirstOrDefault(found => found.Kind == plugin.Kind && found.Id == plugin.Id && found.File.Split('/')[0] != entry);
        if (other is not null)
        {
            throw new CliException(ExitCodes.Failed, $"'{plugin.Id}' is installed already as '{other.File}'. Take it away first: conductor plugins remove {plugin.Id}");
        }

        var place = Path.Combine(folder, entry);
        if (IsSourceProject(place))
        {
            throw new CliException(ExitCodes.Failed, $"'{place}' is a source project, which is built where it lies; it is not overwritten.");
        }

        var holder = places.Found.FirstOrDefault(found => found.Kind == plugin.Kind && found.File.Split('/')[0] == entry && found.Id != plugin.Id);
        if (holder is not null)
        {
            throw new CliException(ExitCodes.Failed, $"'{place}' holds the plugin '{holder.Id}'. Take it away first (conductor plugins remove {holder.Id}), or give yours another name.");
        }
    }

    private static void Replace(string stage, string target, string folder)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(stage, target);
            return;
        }

        var old = HiddenName(folder);
        Directory.Move(target, old);
        Directory.Move(stage, target);
        DeleteFolder(old);
    }

    private static bool IsSourceProject(string entry) => Directory.Exists(entry) && Directory.EnumerateFiles(entry, "*.??proj").Any();

    // Names that begin with a dot are no plugins to whoever looks.
    private static string HiddenName(string folder) => Path.Combine(folder, $".conductor-{Guid.NewGuid():N}");

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
