namespace Conductor.PluginLoading.Tests;

/// <summary>Versions of a plugin that will not leave memory: so many, and no more.</summary>
public sealed class LeakBudgetTests : IDisposable
{
    private readonly PluginRoom _room = new() { LeakBudget = 2 };

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Load_AsManyVersionsAsTheBudgetStayedInMemory_RefusedWithEachOfThemNamed()
    {
        var dll = _room.DropDll("Pinned");
        await LeakAsync();
        File.AppendAllText(dll, "2");
        await LeakAsync();
        File.AppendAllText(dll, "3");
        var third = Assert.Single(_room.Loader.Scan().New);

        var refusal = Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(third));

        Assert.Contains("2 versions of 'pinned' were unloaded and are still in memory", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("load 1, version", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("load 2, version", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("plugins.leak_budget", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, _room.Loader.ContextsAlive[(PluginKind.Provider, "pinned")]);
        Assert.All(_room.Loader.Statuses, status => Assert.Equal(2, status.ContextsAlive));
        Assert.Equal(PluginState.Rejected, _room.Loader.Statuses.Single(status => status.Hash == third.Hash).State);

        _room.LeakBudget = 3;
        _room.Loader.Load(Assert.Single(_room.Loader.Scan().New));
        Assert.Equal(3, _room.Loader.ContextsAlive[(PluginKind.Provider, "pinned")]);
    }

    [Fact]
    public async Task Load_AnotherPluginLeaks_ThisOneIsLoaded()
    {
        var dll = _room.DropDll("Pinned");
        await LeakAsync();
        File.AppendAllText(dll, "2");
        await LeakAsync();
        File.Delete(dll);
        _room.DropDll("Echo");

        Assert.Equal("test-echo", _room.LoadOnly().Id);
    }

    [Fact]
    public void Load_VersionsThatServeOrDrain_AreNoLeaks()
    {
        var dll = _room.DropDll("Pinned");
        for (var version = 1; version <= 4; version++)
        {
            _room.Loader.MarkDraining(_room.LoadOnly()); // and its calls take their time
            File.AppendAllText(dll, "x");
        }

        Assert.Equal(4, _room.Loader.ContextsAlive[(PluginKind.Provider, "pinned")]);
    }

    private async Task LeakAsync()
    {
        var verdict = await _room.Loader.UnloadAsync(_room.LoadOnly(), CancellationToken.None);

        Assert.False(verdict.IsDead);
    }
}
