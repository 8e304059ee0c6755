namespace Conductor.Configuration;

/// <summary>Finds `conductor.yaml` and the folders that settings name.</summary>
internal sealed class SettingsPaths
{
    private const string Solution = "Conductor.Plugins.sln";
    private readonly SettingsSource _source;

    private SettingsPaths(SettingsSource source, string? conductor)
    {
        _source = source;
        Conductor = conductor;
        Root = conductor is null ? source.ContentRoot : RootOf(conductor);
    }

    /// <summary>`conductor.yaml`; null when there is none.</summary>
    public string? Conductor { get; }

    /// <summary>Where relative paths start: the file's folder, or the one above when that is named `config`; without a file the content root.</summary>
    public string Root { get; }

    /// <summary>Looks where a source says, or else where it is usual.</summary>
    public static SettingsPaths Find(SettingsSource source, ProblemList problems)
    {
        var named = source.ConfigPath ?? source.Environment.GetValueOrDefault("CONDUCTOR_CONFIG");
        if (string.IsNullOrWhiteSpace(named))
        {
            return new SettingsPaths(source, Candidates(source).FirstOrDefault(File.Exists));
        }

        var file = Path.GetFullPath(named);
        if (!File.Exists(file))
        {
            var (from, what) = source.ConfigPath is null ? ("environment", "CONDUCTOR_CONFIG") : ("command line", "--config");
            problems.Add(from, null, what, Directory.Exists(file) ? $"'{file}' is a folder; name the file, such as conductor.yaml" : $"'{file}' does not exist");
        }

        return new SettingsPaths(source, file);
    }

    /// <summary>Paths where there is no file.</summary>
    public static SettingsPaths WithoutFile(SettingsSource source) => new(source, null);

    /// <summary>A file's path beside another's.</summary>
    public static string Beside(string file, string name) => Path.Combine(Path.GetDirectoryName(file)!, name);

    /// <summary>An existing folder: from the root, else the content root, else the executable's folder; the first of these when none exists.</summary>
    public string Folder(string path)
    {
        string[] candidates = [Path.GetFullPath(path, Root), Path.GetFullPath(path, _source.ContentRoot), Path.GetFullPath(path, _source.BaseDirectory)];
        return candidates.FirstOrDefault(Directory.Exists) ?? candidates[0];
    }

    /// <summary>A path that may not exist yet.</summary>
    public string FromRoot(string path) => Path.GetFullPath(path, Root);

    /// <summary>`data` under the root; in the user's own folder when that cannot be written to, as a program installed for everybody cannot.</summary>
    public string DefaultData(ProblemList problems)
    {
        var wanted = Path.Combine(Root, "data");
        if (IsWritable(wanted))
        {
            return wanted;
        }

        var own = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "conductor", "data");
        problems.Notes.Add($"storage: '{wanted}' cannot be written to; data is kept in '{own}' (set storage.path to choose another folder)");
        return own;
    }

    private static IEnumerable<string> Candidates(SettingsSource source)
    {
        yield return Path.Combine(source.ContentRoot, "config", "conductor.yaml");
        yield return Path.Combine(source.BaseDirectory, "config", "conductor.yaml");
        for (var folder = new DirectoryInfo(source.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                yield return Path.Combine(folder.FullName, "config", "conductor.yaml");
                yield break;
            }
        }
    }

    private static string RootOf(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        return Path.GetFileName(folder) == "config" ? Path.GetDirectoryName(folder) ?? folder : folder;
    }

    // Tried, not read from permissions: containers and network drives lie about those.
    private static bool IsWritable(string folder)
    {
        var existing = folder;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        if (existing is null)
        {
            return false;
        }

        try
        {
            using var probe = new FileStream(Path.Combine(existing, $".conductor-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
