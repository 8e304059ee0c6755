namespace Conductor.PluginLoading.Tests;

/// <summary>Looking again: what changed on disk since the last look, and what a loaded plugin makes of it.</summary>
public sealed class ScanTests : IDisposable
{
    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public void Scan_EmptyFolders_FindsNothing()
    {
        Assert.True(_room.Loader.Scan().IsEmpty);
        Assert.Empty(_room.Loader.Statuses);
    }

    [Fact]
    public void Scan_TouchedFile_FindsNothing()
    {
        var dll = _room.DropDll("Echo");
        var plugin = _room.LoadOnly();
        _room.Loader.MarkActive(plugin);
        var before = Assert.Single(_room.Loader.Statuses);
        File.SetLastWriteTimeUtc(dll, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var scan = _room.Loader.Scan();

        Assert.True(scan.IsEmpty);
        Assert.Equal(before, Assert.Single(_room.Loader.Statuses));
    }

    [Fact]
    public async Task Scan_ChangedFile_OldServesUntilItIsReplaced()
    {
        var dll = _room.DropDll("Echo");
        var old = _room.LoadOnly();
        _room.Loader.MarkActive(old);
        File.AppendAllText(dll, "a byte more is another hash");

        var scan = _room.Loader.Scan();

        var (replaced, candidate) = Assert.Single(scan.Changed);
        Assert.Same(old, replaced);
        Assert.Empty(scan.New);
        Assert.Empty(scan.Gone);

        var next = _room.Loader.Load(candidate);
        _room.Loader.MarkActive(next);
        _room.Loader.MarkDraining(old);
        Assert.Equal([PluginState.Active, PluginState.Draining], _room.Loader.Statuses.Select(status => status.State).Order());
        Assert.True(_room.Loader.Scan().IsEmpty);

        await _room.Loader.UnloadAsync(old, CancellationToken.None);
        var status = Assert.Single(_room.Loader.Statuses);
        Assert.Equal((PluginState.Active, next.Hash), (status.State, status.Hash));
    }

    [Fact]
    public void Scan_DependencyChanged_IsAChangeOfThePlugin()
    {
        var dll = _room.DropFolder("LibraryOne");
        _room.LoadOnly();
        File.Copy(
            Path.Combine(PluginRoom.BuildOf("LibraryTwo"), "Conductor.TestPlugins.Library.dll"),
            Path.Combine(Path.GetDirectoryName(dll)!, "Conductor.TestPlugins.Library.dll"),
            overwrite: true);

        var (_, candidate) = Assert.Single(_room.Loader.Scan().Changed);

        Assert.Equal("library 2", _room.Loader.Load(candidate).EntryPoint.ToString());
    }

    [Fact]
    public async Task Scan_RemovedFile_IsGoneAndItsStatusFollows()
    {
        var dll = _room.DropDll("Echo");
        var plugin = _room.LoadOnly();
        File.Delete(dll);

        var scan = _room.Loader.Scan();

        Assert.Same(plugin, Assert.Single(scan.Gone));
        await _room.Loader.UnloadAsync(plugin, CancellationToken.None);
        Assert.Equal(PluginState.Unloaded, Assert.Single(_room.Loader.Statuses).State);
        Assert.True(_room.Loader.Scan().IsEmpty);
        Assert.Empty(_room.Loader.Statuses);
    }

    [Fact]
    public void Scan_ReplacedByGarbage_OldStaysAndGarbageIsNamed()
    {
        var dll = _room.DropDll("Echo");
        var plugin = _room.LoadOnly();
        _room.Loader.MarkActive(plugin);
        File.WriteAllText(dll, "garbage");

        var scan = _room.Loader.Scan();

        Assert.True(scan.IsEmpty);
        Assert.Equal([PluginState.Rejected, PluginState.Active], _room.Loader.Statuses.Select(status => status.State).Order());
        Assert.NotNull(plugin.EntryPoint);
    }

    [Fact]
    public async Task Scan_NewVersionFaulted_OldStaysAndTheVersionIsNotOfferedAgain()
    {
        var dll = _room.DropDll("Echo");
        var old = _room.LoadOnly();
        _room.Loader.MarkActive(old);
        File.AppendAllText(dll, "bad version");
        var bad = _room.Loader.Load(Assert.Single(_room.Loader.Scan().Changed).New);

        _room.Loader.MarkFaulted(bad, "It does not answer.");
        await _room.Loader.UnloadAsync(bad, CancellationToken.None);

        Assert.True(_room.Loader.Scan().IsEmpty);
        var faulted = Assert.Single(_room.Loader.Statuses, status => status.State == PluginState.Faulted);
        Assert.Equal("It does not answer.", faulted.Reason);

        File.AppendAllText(dll, "better version");
        Assert.Same(old, Assert.Single(_room.Loader.Scan().Changed).Old);
    }

    [Fact]
    public void Scan_MovedFile_IsAChange()
    {
        var dll = _room.DropDll("Echo", "before");
        var plugin = _room.LoadOnly();
        File.Move(dll, Path.Combine(_room.Plugins, "after.dll"));

        var (old, candidate) = Assert.Single(_room.Loader.Scan().Changed);

        Assert.Same(plugin, old);
        Assert.Equal("after.dll", candidate.File);
    }

    [Fact]
    public void Scan_CopyOfALoadedPlugin_RejectedWhileTheFirstIsThere()
    {
        _room.DropDll("Echo", "second");
        _room.LoadOnly();
        _room.DropDll("Echo", "first"); // sorts before it, and still comes second

        Assert.True(_room.Loader.Scan().IsEmpty);
        Assert.Contains(_room.Loader.Statuses, status => status is { File: "first.dll", State: PluginState.Rejected });
    }

    [Fact]
    public void Scan_SourceProjectNotBuilt_FoundWithTheCommand()
    {
        _room.DropBytes("My.Plugin/My.Plugin.csproj", [1]);

        Assert.True(_room.Loader.Scan().IsEmpty);

        var status = Assert.Single(_room.Loader.Statuses);
        Assert.Equal(PluginState.Found, status.State);
        Assert.Equal("not built yet: dotnet build plugins/My.Plugin", status.Reason);
    }

    [Fact]
    public void Scan_SourceProjectCleaned_LoadedPluginStays()
    {
        var dll = _room.DropFolder("Echo", asSourceProject: true);
        _room.LoadOnly();
        File.Delete(dll);

        Assert.True(_room.Loader.Scan().IsEmpty);
    }

    [Fact]
    public void Scan_FolderAway_LoadedPluginsStay()
    {
        _room.DropDll("Echo");
        _room.LoadOnly();
        Directory.Move(_room.Plugins, _room.Plugins + "-away");

        Assert.True(_room.Loader.Scan().IsEmpty);

        Assert.Single(_room.Loader.Statuses);
        Directory.Move(_room.Plugins + "-away", _room.Plugins);
        Assert.True(_room.Loader.Scan().IsEmpty);
    }

    [Fact]
    public void Scan_RejectedAgain_SinceIsKept()
    {
        _room.DropBytes("bad.dll", [1, 2, 3]);
        _room.Loader.Scan();
        var first = Assert.Single(_room.Loader.Statuses);

        _room.Loader.Scan();

        Assert.Equal(first, Assert.Single(_room.Loader.Statuses));
    }

    [Fact]
    public void Scan_SameIdAsProviderAndOperation_BothFound()
    {
        _room.DropBytes("one.dll", new AssemblyWriter().Provider("same").Write());
        File.WriteAllBytes(Path.Combine(_room.Operations, "two.dll"), new AssemblyWriter().Operation("same").Write());

        Assert.Equal(2, _room.Loader.Scan().New.Count);
    }

    [Fact]
    public void Statuses_ReadWhileScanning_AlwaysWhole()
    {
        _room.DropDll("Echo");
        _room.DropBytes("bad.dll", [1]);

        Parallel.For(0, 40, i =>
        {
            if (i % 4 == 0)
            {
                _room.Loader.Scan();
            }

            Assert.All(_room.Loader.Statuses, status => Assert.NotEmpty(status.Id));
        });

        Assert.Equal(2, _room.Loader.Statuses.Count);
    }
}
