namespace Conductor.Tests;

/// <summary>Where the source tree is that these tests were built in.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The folder that a plugin project is built into.</summary>
    public static string Built(string project) => Path.Combine(Root, project, "bin", "plugin");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Conductor.Plugins.sln stands in no folder above the tests.");
    }
}
