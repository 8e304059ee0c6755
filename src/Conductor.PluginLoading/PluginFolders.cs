namespace Conductor.PluginLoading;

/// <summary>Finds the folders `plugins` and `operations`, in a published layout as in a clone.</summary>
public static class PluginFolders
{
    private const string SolutionFile = "Conductor.Plugins.sln";

    /// <summary>`baseDirectory/name` if it exists; else the folder of that name beside the solution, which is looked for upwards.</summary>
    /// <remarks>Never the current directory: `dotnet run` sets it to the project, an executable inherits its caller's.</remarks>
    /// <param name="name">`plugins` or `operations`.</param>
    /// <param name="baseDirectory">The executable's folder, as <see cref="AppContext.BaseDirectory"/> gives it.</param>
    /// <returns>A full path, or null where there is no such folder.</returns>
    public static string? Find(string name, string baseDirectory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(baseDirectory);

        var beside = Path.Combine(Path.GetFullPath(baseDirectory), name);
        if (Directory.Exists(beside))
        {
            return beside;
        }

        for (var folder = Directory.GetParent(beside); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            {
                var inRepository = Path.Combine(folder.FullName, name);
                return Directory.Exists(inRepository) ? inRepository : null;
            }
        }

        return null;
    }
}
