namespace Conductor.PluginLoading.Tests;

public sealed class PluginFoldersTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("conductor-folders-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Find_BesideTheExecutable_Wins()
    {
        var executable = Folder("repo/src/bin");
        File.WriteAllText(Path.Combine(_root, "repo", "Conductor.Plugins.sln"), "");
        Folder("repo/plugins");
        var beside = Folder("repo/src/bin/plugins");

        Assert.Equal(beside, PluginFolders.Find("plugins", executable));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void Find_InAClone_BesideTheSolution(string ending)
    {
        var executable = Folder("repo/src/Host/bin/Release/net10.0");
        File.WriteAllText(Path.Combine(_root, "repo", "Conductor.Plugins.sln"), "");
        var operations = Folder("repo/operations");
        Folder("operations");

        Assert.Equal(operations, PluginFolders.Find("operations", executable + ending));
    }

    [Fact]
    public void Find_Neither_IsNull()
    {
        Assert.Null(PluginFolders.Find("plugins", Folder("alone/bin")));
    }

    private string Folder(string path) => Directory.CreateDirectory(Path.Combine(_root, path)).FullName;
}
