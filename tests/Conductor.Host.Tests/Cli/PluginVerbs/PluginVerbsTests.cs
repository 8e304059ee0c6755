using System.IO.Compression;
using System.Text.Json;
using Conductor.Host.Lab;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli.PluginVerbs;

/// <summary>`conductor plugins new | install | remove`, with folders of the test's own.</summary>
public sealed class PluginVerbsTests(NewPlugin made) : IClassFixture<NewPlugin>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Plugins => Directory.CreateDirectory(_folder.Combine("plugins")).FullName;

    private string Operations => Directory.CreateDirectory(_folder.Combine("operations")).FullName;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NewInstallListRemove_BothKinds_OneDllEachActiveThenGone()
    {
        var provider = await RunAsync("install", made.Provider);
        var operation = await RunAsync("install", made.Operation);
        var states = await StatesAsync();
        var removed = await RunAsync("remove", NewPlugin.ProviderId, "--yes");
        var removedToo = await RunAsync("remove", NewPlugin.OperationId, "--yes");

        Assert.Equal((0, 0, 0, 0), (provider.Code, operation.Code, removed.Code, removedToo.Code));
        Assert.Contains($"plugins: {{ allowed: {{ {NewPlugin.ProviderId}: [ \"", provider.Output, StringComparison.Ordinal);
        Assert.Contains("No Conductor answers", provider.Output, StringComparison.Ordinal);
        Assert.Equal([(NewPlugin.OperationId, "active"), (NewPlugin.ProviderId, "active")], states.Order());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Plugins).Concat(Directory.EnumerateFileSystemEntries(Operations)));
    }

    [SkippableFact]
    public async Task InstallAndRemove_HostIsRunning_SayWhatItMadeOfIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "there is no SIGTERM on Windows");
        var config = Config("");
        using var host = HostProcess.Start(["serve", "--config", config, "--listen", "http://127.0.0.1:0", "--data", _folder.Combine("running")], environment: Environment);
        var address = await host.WaitForAddressAsync();
        config = Config($"server: {{ listen: 'http://127.0.0.1:{address.Port}' }}\n", "client.yaml");

        var installed = await RunWithAsync(config, "install", made.Provider, "--wait", "50");
        var removed = await RunWithAsync(config, "remove", NewPlugin.ProviderId, "--yes", "--wait", "50");
        host.Terminate();
        await host.WaitAsync();

        Assert.Contains($"serves it: provider:{NewPlugin.ProviderId}.", installed.Output, StringComparison.Ordinal);
        Assert.Contains("its code has left memory", removed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_NewVersion_ReplacesTheOldAndLeavesNothingBeside()
    {
        var next = Path.Combine(Directory.CreateDirectory(_folder.Combine("next")).FullName, Path.GetFileName(made.Provider));
        await File.WriteAllBytesAsync(next, new PluginVersions(await File.ReadAllBytesAsync(made.Provider)).Make(1));

        await RunAsync("install", made.Provider);
        var again = await RunAsync("install", made.Provider);
        var newer = await RunAsync("install", next);

        Assert.Contains("is there already", again.Output, StringComparison.Ordinal);
        Assert.Contains("Installed", newer.Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(next), await File.ReadAllBytesAsync(Assert.Single(Directory.GetFileSystemEntries(Plugins))));
    }

    [Fact]
    public async Task Install_SameIdUnderAnotherName_RefusedAndNamed()
    {
        var copy = Path.Combine(Directory.CreateDirectory(_folder.Combine("other")).FullName, "Other.dll");
        File.Copy(made.Provider, copy);
        await RunAsync("install", made.Provider);

        // With another content: with the same one it would be there already.
        await File.WriteAllBytesAsync(copy, new PluginVersions(await File.ReadAllBytesAsync(copy)).Make(2));
        var (code, _, error) = await RunAsync("install", copy);

        Assert.Equal(1, code);
        Assert.Contains($"installed already as '{NewPlugin.ProviderName}.dll'", error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(Plugins));
    }

    [Fact]
    public async Task Install_Folder_WholeFolderReplacedWhole()
    {
        var source = Directory.CreateDirectory(_folder.Combine(NewPlugin.ProviderName)).FullName;
        File.Copy(made.Provider, Path.Combine(source, NewPlugin.ProviderName + ".dll"));
        await File.WriteAllTextAsync(Path.Combine(source, "words.txt"), "one");

        var first = await RunAsync("install", source);
        File.Delete(Path.Combine(source, "words.txt"));
        await File.WriteAllTextAsync(Path.Combine(source, "data.txt"), "two");
        var second = await RunAsync("install", source);

        Assert.Equal((0, 0), (first.Code, second.Code));
        var folder = Assert.Single(Directory.GetFileSystemEntries(Plugins));
        Assert.Equal(["data.txt", NewPlugin.ProviderName + ".dll"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Install_Zip_AsTheDllInIt()
    {
        var zip = _folder.Combine("plugin.zip");
        using (var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create))
        {
            await archive.CreateEntryFromFileAsync(made.Provider, Path.GetFileName(made.Provider));
        }

        var (code, output, _) = await RunAsync("install", zip);

        Assert.Equal(0, code);
        Assert.Contains($"Installed '{NewPlugin.ProviderId}' 0.1.0", output, StringComparison.Ordinal);
        Assert.Equal(Path.GetFileName(made.Provider), Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Plugins))));
    }

    [Fact]
    public async Task Install_PlaceIsASourceProject_LeftAsItIs()
    {
        var source = Directory.CreateDirectory(_folder.Combine(NewPlugin.ProviderName)).FullName;
        File.Copy(made.Provider, Path.Combine(source, NewPlugin.ProviderName + ".dll"));
        await File.WriteAllTextAsync(Path.Combine(source, "words.txt"), "one");
        var project = Directory.CreateDirectory(Path.Combine(Plugins, NewPlugin.ProviderName)).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, "Mine.csproj"), "<Project />");

        var install = await RunAsync("install", source);
        var remove = await RunAsync("remove", "Mine", "--yes");

        Assert.Equal((1, 1), (install.Code, remove.Code));
        Assert.Contains("source project", install.Error, StringComparison.Ordinal);
        Assert.Contains("source project", remove.Error, StringComparison.Ordinal);
        Assert.Equal(["Mine.csproj"], Directory.GetFileSystemEntries(project).Select(Path.GetFileName));
    }

    [Fact]
    public async Task InstallPin_CommentedFile_OneLineMoreAndInForce()
    {
        var config = Config("plugins:\n  # pins are kept by hand\n  require_pins: true   # all of them\n  allowed:\n    other: [ \"" + new string('a', 64) + "\" ] # old\n");
        var before = await File.ReadAllLinesAsync(config);

        var refused = await RunWithAsync(config, "install", made.Provider);
        var pinned = await RunWithAsync(config, "install", made.Provider, "--pin");
        var after = await File.ReadAllLinesAsync(config);

        Assert.Contains("Conductor will refuse it", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, before.Length + 1), (pinned.Code, after.Length));
        Assert.Empty(before.Except(after));
        var list = await HostProcess.RunAsync(["plugins", "list", "--json", "--config", config, "--plugins", Plugins, "--operations", Operations, "--data", _folder.Combine("data")], environment: Environment);
        Assert.Contains("\"active\"", list.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such.dll", "There is nothing at", 2)]
    [InlineData("text.dll", "not a .NET assembly", 1)]
    [InlineData("text.zip", "cannot be unpacked", 1)]
    [InlineData("empty", "", 1)]
    public async Task Install_NoPlugin_SentenceAndNothingWritten(string name, string says, int expected)
    {
        _folder.Write("text.dll", "text");
        _folder.Write("text.zip", "text");
        Directory.CreateDirectory(_folder.Combine("empty"));

        var (code, _, error) = await RunAsync("install", _folder.Combine(name));

        Assert.Equal(expected, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Plugins));
    }

    [Fact]
    public async Task Remove_UnknownOrUnasked_SentenceAndNothingRemoved()
    {
        await RunAsync("install", made.Provider);

        var unknown = await RunAsync("remove", "no-such-plugin", "--yes");
        var unasked = await RunAsync("remove", NewPlugin.ProviderId);

        Assert.Equal((1, 2), (unknown.Code, unasked.Code));
        Assert.Contains("no plugin 'no-such-plugin'", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("--yes", unasked.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(Plugins));
    }

    [Theory]
    [InlineData("provider", "../up")]
    [InlineData("provider", "...")]
    [InlineData("provider", "42")]
    [InlineData("operation", "Müller")]
    [InlineData("operation", "Conductor.Abstractions")]
    [InlineData("router", "Fine")]
    public async Task New_UnusableName_Code2AndNothingWritten(string kind, string name)
    {
        var (code, _, error) = await HostProcess.RunAsync(["plugins", "new", kind, name], workingDirectory: _folder.Path);

        Assert.Equal(2, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task New_FolderNotEmptyOrPackagesMissing_Code2AndNothingTouched()
    {
        _folder.Write("mine.txt", "x");

        var taken = await HostProcess.RunAsync(["plugins", "new", "provider", "Fine", "--output", _folder.Path]);
        var missing = await HostProcess.RunAsync(["plugins", "new", "provider", "Fine", "--packages", "nowhere"], workingDirectory: _folder.Path);

        Assert.Equal((2, 2), (taken.Code, missing.Code));
        Assert.Contains("--output", taken.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet pack", missing.Error, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("provider")]
    [InlineData("operation")]
    public async Task New_WithPackages_TestProjectAndNoPlaceholderLeft(string kind)
    {
        var (code, _, error) = await HostProcess.RunAsync(["plugins", "new", kind, "Fine", "--packages", _folder.Path], workingDirectory: _folder.Path);

        Assert.True(code == 0, error);
        var folder = _folder.Combine("Fine");
        Assert.True(File.Exists(Path.Combine(folder, "Fine.Tests", "ConformanceTests.cs")));
        Assert.False(Directory.Exists(Path.Combine(folder, "lib")));
        Assert.Contains($"\"{_folder.Path}\"", await File.ReadAllTextAsync(Path.Combine(folder, "nuget.config")), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch("PluginFile1|PluginClass1|plugin-id-1|operation_name_1|packages-folder-1|#if|#else|#endif", file + await File.ReadAllTextAsync(file));
        }
    }

    private async Task<List<(string Id, string State)>> StatesAsync()
    {
        var list = await HostProcess.RunAsync(["plugins", "list", "--json", "--config", Config(""), "--plugins", Plugins, "--operations", Operations, "--data", _folder.Combine("data")], environment: Environment);
        return [.. JsonElement.Parse(list.Output).GetProperty("data").EnumerateArray().Select(row => (row.GetProperty("id").GetString()!, row.GetProperty("state").GetString()!))];
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string verb, params string[] arguments) =>
        RunWithAsync(Config("server: { listen: 'http://127.0.0.1:1' }\n"), verb, arguments);

    private Task<(int Code, string Output, string Error)> RunWithAsync(string config, string verb, params string[] arguments) => HostProcess.RunAsync(
        ["plugins", verb, .. arguments, "--config", config, "--data", _folder.Combine("data"), "--plugins", Plugins, "--operations", Operations], environment: Environment);

    private string Config(string text, string name = "conductor.yaml") => _folder.Write(name, text.Contains("plugins:", StringComparison.Ordinal) ? text : text + $"plugins: {{ path: '{Plugins}', operations: '{Operations}' }}\n");

    private static Dictionary<string, string?> Environment => new() { ["OPENAI_API_KEY"] = null, ["OLLAMA_HOST"] = "127.0.0.1:1", ["CONDUCTOR_API_KEYS"] = null, ["CONDUCTOR_CONFIG"] = null };
}
