using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Conductor.PluginLoading.Tests;

/// <summary>Whether the code of a plugin leaves memory. What touches it stands in methods that are not inlined: no frame holds on to it.</summary>
public sealed class UnloadTests : IDisposable
{
    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Unload_AfterUse_CodeLeavesMemory()
    {
        _room.DropDll("Echo");
        var plugin = await LoadAndAskAsync();
        Assert.True(plugin.IsAlive);

        var verdict = await _room.Loader.UnloadAsync(plugin, CancellationToken.None);

        Assert.True(verdict.IsDead, $"alive after {verdict.Collections} collections");
        Assert.InRange(verdict.Collections, 1, 10);
        Assert.False(plugin.IsAlive);
        Assert.Throws<ObjectDisposedException>(() => plugin.EntryPoint);
        Assert.Null(Assert.Single(_room.Loader.Statuses).Reason);
    }

    [Theory]
    [InlineData("JsonByReflection", """{"Text":"hello"}""")] // dies because System.Text.Json's caches are cleared
    [InlineData("FrameworkCaches", "Green calm 1")] // dies because TypeDescriptor and dynamic are copies of its own
    [InlineData("LibraryOne", "library 1")]
    public async Task Unload_AfterWhatPins_CodeLeavesMemory(string plugin, string says)
    {
        _room.DropFolder(plugin);
        var loaded = LoadAndSay(says);

        var verdict = await _room.Loader.UnloadAsync(loaded, CancellationToken.None);

        Assert.True(verdict.IsDead, $"alive after {verdict.Collections} collections");
    }

    [Fact]
    public void JsonCaches_OnThisRuntime_HaveTheirHook() => Assert.True(JsonCaches.Clear());

    [Fact]
    public async Task Unload_HeldByAnEventOfTheProcess_VerdictAndStatusSaySo()
    {
        _room.DropDll("Pinned");
        var plugin = _room.LoadOnly();

        var verdict = await _room.Loader.UnloadAsync(plugin, CancellationToken.None);

        Assert.False(verdict.IsDead);
        Assert.True(plugin.IsAlive);
        var status = Assert.Single(_room.Loader.Statuses);
        Assert.Equal(PluginState.Unloaded, status.State);
        Assert.StartsWith("Unloaded, but its code is still alive", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unload_ConstructorThrew_NothingOfItIsKept()
    {
        _room.DropDll("Throwing");
        LoadAndFail();

        for (var round = 0; round < 10 && IsAlive("throwing-"); round++)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(IsAlive("throwing-"));
    }

    [Fact]
    public async Task Unload_TwentyReloads_AtMostOneContextIsLeft()
    {
        var dll = _room.DropDll("Echo");
        var plugins = new List<LoadedPlugin> { await LoadAndAskAsync() };

        for (var reload = 0; reload < 20; reload++)
        {
            File.AppendAllText(dll, "x");
            var (old, candidate) = Assert.Single(_room.Loader.Scan().Changed);
            plugins.Add(await LoadAndAskAsync(candidate));
            _room.Loader.MarkDraining(old);
            await _room.Loader.UnloadAsync(old, CancellationToken.None);
        }

        Assert.InRange(plugins.SkipLast(1).Count(plugin => plugin.IsAlive), 0, 1);
        Assert.True(plugins[^1].IsAlive);
    }

    [Fact]
    public async Task Unload_Twice_SameVerdict()
    {
        _room.DropDll("Echo");
        var plugin = await LoadAndAskAsync();

        await _room.Loader.UnloadAsync(plugin, CancellationToken.None);

        Assert.Equal(new UnloadVerdict(IsDead: true, Collections: 0), await _room.Loader.UnloadAsync(plugin, CancellationToken.None));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<LoadedPlugin> LoadAndAskAsync(PluginCandidate? candidate = null)
    {
        var plugin = candidate is null ? _room.LoadOnly() : _room.Loader.Load(candidate);
        Assert.Equal("hello", await Provider.AskAsync(plugin, "hello"));
        return plugin;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private LoadedPlugin LoadAndSay(string says)
    {
        var plugin = _room.LoadOnly();
        Assert.Equal(says, plugin.EntryPoint.ToString());
        return plugin;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LoadAndFail()
    {
        var candidate = Assert.Single(_room.Loader.Scan().New);
        Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(candidate));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAlive(string context) =>
        AssemblyLoadContext.All.Any(candidate => candidate.Name?.StartsWith(context, StringComparison.Ordinal) == true && candidate.Assemblies.Any());
}
