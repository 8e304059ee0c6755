namespace Conductor.Architecture.Tests;

internal static class RepositoryRoot
{
    /// <summary>The folder with the solution, above the test's own.</summary>
    public static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Conductor.Plugins.sln stands in no folder above the tests.");
    }
}
