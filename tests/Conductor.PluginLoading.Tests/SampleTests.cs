using System.Runtime.CompilerServices;
using Conductor.Tests.Shared;

namespace Conductor.PluginLoading.Tests;

/// <summary>The provider in samples/: outside the solution, built on its own, dropped as one DLL.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task EchoProvider_BuiltOnItsOwnAndDroppedAsOneDll_AnswersAndLeavesMemory()
    {
        using var build = await SampleBuild.CreateAsync(PluginRoom.Repository, "EchoProvider");
        File.Copy(build.Dll, Path.Combine(_room.Plugins, "EchoProvider.dll"));

        var plugin = await LoadAndAskAsync();
        File.Delete(Path.Combine(_room.Plugins, "EchoProvider.dll"));
        var gone = Assert.Single(_room.Loader.Scan().Gone);
        var verdict = await _room.Loader.UnloadAsync(gone, CancellationToken.None);

        Assert.Same(plugin, gone);
        Assert.True(verdict.IsDead, $"alive after {verdict.Collections} collections");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<LoadedPlugin> LoadAndAskAsync()
    {
        var plugin = _room.LoadOnly();
        Assert.Equal(("echo", "1.0.0"), (plugin.Id, plugin.Manifest.Version));
        Assert.Equal("hello out there", await Provider.AskAsync(plugin, "hello out there", model: "echo-1"));
        return plugin;
    }
}
