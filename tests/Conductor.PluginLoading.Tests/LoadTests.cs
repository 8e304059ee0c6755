using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.PluginLoading.Tests;

public sealed class LoadTests : IDisposable
{
    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Load_LooseDll_Answers()
    {
        _room.DropDll("Echo");

        var plugin = _room.LoadOnly();

        Assert.Equal("test-echo", plugin.Id);
        Assert.Equal(PluginKind.Provider, plugin.Kind);
        Assert.Equal("Conductor.TestPlugins.Echo.dll", plugin.File);
        Assert.Equal("said: hello", await Provider.AskAsync(plugin, "hello", prefix: "said: "));
    }

    [Fact]
    public void Scan_Manifest_ReadBeforeAnyCodeIsLoaded()
    {
        _room.DropDll("Echo");

        var manifest = Assert.Single(_room.Loader.Scan().New).Manifest;

        Assert.Equal("test-echo", manifest.Id);
        Assert.Equal("Echo", manifest.DisplayName);
        Assert.Equal("Says it again.", manifest.Description);
        Assert.Equal("Conductor.TestPlugins.Echo.Plugin", manifest.EntryPointType);
        Assert.Equal("0.1.0", manifest.Version);
        Assert.Equal(ContractVersion.Current, manifest.ContractVersion);
        var loaded = AppDomain.CurrentDomain.GetAssemblies();
        Assert.DoesNotContain(loaded, assembly => assembly.Location.StartsWith(_room.Shadow, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_SourceProjectAndPublishedFolder_BothFound()
    {
        _room.DropFolder("LibraryOne", asSourceProject: true);
        _room.DropFolder("LibraryTwo");

        var scan = _room.Loader.Scan();

        Assert.Equal(
            ["Conductor.TestPlugins.LibraryOne/bin/plugin/Conductor.TestPlugins.LibraryOne.dll",
             "Conductor.TestPlugins.LibraryTwo/Conductor.TestPlugins.LibraryTwo.dll"],
            scan.New.Select(candidate => candidate.File));
    }

    [Fact]
    public void Load_TwoVersionsOfOneLibrary_EachPluginHasItsOwn()
    {
        _room.DropFolder("LibraryOne");
        _room.DropFolder("LibraryTwo");

        var plugins = _room.Loader.Scan().New.Select(_room.Loader.Load).ToList();

        Assert.Equal(["library 1", "library 2"], plugins.Select(plugin => plugin.EntryPoint.ToString()));
    }

    [Fact]
    public void Load_WithoutDependencyFile_DependenciesBesideTheDllAreFound()
    {
        var dll = _room.DropFolder("LibraryOne");
        File.Delete(Path.ChangeExtension(dll, ".deps.json"));

        Assert.Equal("library 1", _room.LoadOnly().EntryPoint.ToString());
    }

    [Fact]
    public void Load_BrokenDependencyFile_DependenciesBesideTheDllAreFound()
    {
        var dll = _room.DropFolder("LibraryOne");
        File.WriteAllText(Path.ChangeExtension(dll, ".deps.json"), "{ not json");

        Assert.Equal("library 1", _room.LoadOnly().EntryPoint.ToString());
    }

    [Fact]
    public void Scan_LooseDllWithDependencyFileButNoDependency_RejectedWithWhatToDo()
    {
        _room.DropDll("LibraryOne");
        File.Copy(
            Path.Combine(PluginRoom.BuildOf("LibraryOne"), "Conductor.TestPlugins.LibraryOne.deps.json"),
            Path.Combine(_room.Plugins, "Conductor.TestPlugins.LibraryOne.deps.json"));

        Assert.Contains("needs Conductor.TestPlugins.Library 1.0.0.0", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ContractInThePluginsFolder_HostsCopyWins()
    {
        var dll = _room.DropFolder("Echo");
        File.Copy(typeof(IProviderPlugin).Assembly.Location, Path.Combine(Path.GetDirectoryName(dll)!, "Conductor.Abstractions.dll"));

        Assert.IsAssignableFrom<IProviderPlugin>(_room.LoadOnly().EntryPoint);
    }

    [Theory]
    [InlineData("Throwing", "NoLicenceException: no licence file")]
    [InlineData("StaticThrowing", "InvalidOperationException: no licence server")]
    public void Load_ConstructorThrows_FaultedWithItsMessageAndNotOfferedAgain(string plugin, string expected)
    {
        _room.DropDll(plugin);
        var candidate = Assert.Single(_room.Loader.Scan().New);

        var rejection = Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(candidate));

        Assert.Contains(expected, rejection.Message, StringComparison.Ordinal);
        Assert.Null(rejection.InnerException);
        Assert.Empty(_room.Loader.Scan().New);
        var status = Assert.Single(_room.Loader.Statuses);
        Assert.Equal(PluginState.Faulted, status.State);
        Assert.Equal(rejection.Message, status.Reason);
    }

    [Fact]
    public void Load_DependencyLacksAType_RejectedWithTheRuntimesWords()
    {
        var library = Path.Combine(Path.GetDirectoryName(_room.DropFolder("LibraryTwo"))!, "Conductor.TestPlugins.Library.dll");
        File.WriteAllBytes(library, new AssemblyWriter { Name = "Conductor.TestPlugins.Library" }.Write());
        var candidate = Assert.Single(_room.Loader.Scan().New);

        var rejection = Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(candidate));

        Assert.Contains("its code cannot be loaded", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("Conductor.TestPlugins.Library", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(PluginState.Rejected, Assert.Single(_room.Loader.Statuses).State);
    }

    [Fact]
    public void Load_FileChangedSinceTheScan_RejectedAndOfferedAgain()
    {
        var dll = _room.DropDll("Echo");
        var candidate = Assert.Single(_room.Loader.Scan().New);
        File.AppendAllText(dll, "more");

        var rejection = Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(candidate));

        Assert.Contains("changed while", rejection.Message, StringComparison.Ordinal);
        Assert.Equal("test-echo", _room.LoadOnly().Id);
    }

    [Fact]
    public async Task Load_OriginalCutShortOverwrittenAndDeleted_PluginStillAnswers()
    {
        var dll = _room.DropFolder("Echo");
        var plugin = _room.LoadOnly();

        using (var file = new FileStream(dll, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0); // in place, as cp does: fatal to a process that has the file mapped
        }

        Assert.Equal("one", await Provider.AskAsync(plugin, "one"));
        File.WriteAllBytes(dll, new byte[64 * 1024]);
        Assert.Equal("two", await Provider.AskAsync(plugin, "two"));
        Directory.Delete(Path.GetDirectoryName(dll)!, recursive: true);
        Assert.Equal("three", await Provider.AskAsync(plugin, "three"));
    }

    [Fact]
    public async Task Dispose_EarlierRunsShadow_DeletedByTheNextLoaderAndNotByOneBeside()
    {
        _room.DropDll("Echo");
        await _room.Loader.UnloadAsync(_room.LoadOnly(), CancellationToken.None); // Windows deletes no DLL that is in memory
        var run = Assert.Single(Directory.GetDirectories(_room.Shadow));

        _room.CreateLoader().Dispose();
        Assert.True(Directory.Exists(run));

        _room.Loader.Dispose();
        _room.CreateLoader().Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_room.Shadow));
    }

    [Fact]
    public void Load_AfterDispose_Refused()
    {
        _room.DropDll("Echo");
        var candidate = Assert.Single(_room.Loader.Scan().New);
        _room.Loader.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _room.Loader.Load(candidate));
        Assert.Throws<ObjectDisposedException>(_room.Loader.Scan);
    }
}

/// <summary>What the facade does with a provider plugin, in short.</summary>
internal static class Provider
{
    public static async Task<string> AskAsync(LoadedPlugin plugin, string text, string prefix = "", string model = "echo")
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("prefix", prefix)]).Build();
        var services = new ServiceCollection();
        var context = new ProviderContext { Name = "it", Settings = settings, DataFolder = Path.GetTempPath() };
        ((IProviderPlugin)plugin.EntryPoint).ConfigureServices(services, context);
        await using var container = services.BuildServiceProvider();
        using var client = container.GetRequiredService<IModelProvider>().GetChatClient(model)!;
        var pieces = await client.GetStreamingResponseAsync(text).ToListAsync();
        var whole = await client.GetResponseAsync(text);
        Assert.Equal(whole.Text, string.Concat(pieces).TrimEnd());
        return whole.Text;
    }
}
