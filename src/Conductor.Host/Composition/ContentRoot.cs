namespace Conductor.Host.Composition;

/// <summary>The folder that relative paths of the environment start from: never the current directory, which `dotnet run` and services set as they like.</summary>
internal static class ContentRoot
{
    private const string Solution = "Conductor.Plugins.sln";

    /// <summary>The executable's folder; for a build inside the source tree, the folder of the solution.</summary>
    public static string Find(string baseDirectory)
    {
        for (var folder = new DirectoryInfo(baseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        return baseDirectory;
    }
}
