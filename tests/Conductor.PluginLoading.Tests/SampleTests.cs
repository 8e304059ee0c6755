using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Conductor.PluginLoading.Tests;

/// <summary>The provider in samples/: outside the solution, built on its own, dropped as one DLL.</summary>
public sealed class SampleTests : IDisposable
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    private readonly PluginRoom _room = new();
    private readonly string _artifacts = Directory.CreateTempSubdirectory("conductor-sample-").FullName;

    public void Dispose()
    {
        _room.Dispose();
        Directory.Delete(_artifacts, recursive: true);
    }

    [Fact]
    public async Task EchoProvider_BuiltOnItsOwnAndDroppedAsOneDll_AnswersAndLeavesMemory()
    {
        await BuildAsync(Path.Combine(PluginRoom.Repository, "samples", "EchoProvider"));
        var built = Path.Combine(_artifacts, "bin", "EchoProvider", "release");
        Assert.Equal("EchoProvider.dll", Path.GetFileName(Assert.Single(Directory.GetFiles(built, "*.dll"))));
        File.Copy(Path.Combine(built, "EchoProvider.dll"), Path.Combine(_room.Plugins, "EchoProvider.dll"));

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

    // An artifacts path of its own, so that nothing is written where another build may be writing.
    private async Task BuildAsync(string project)
    {
        string[] arguments = ["build", project, "-c", "Release", "--artifacts-path", _artifacts, "--nologo", "-nodeReuse:false", "-v", "q"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name); // of the build that runs these tests
        }

        using var build = Process.Start(start)!;
        using var limit = new CancellationTokenSource(BuildLimit);
        await using var stop = limit.Token.Register(() => build.Kill(entireProcessTree: true));
        var output = await build.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await build.WaitForExitAsync(CancellationToken.None);
        Assert.True(build.ExitCode == 0, output);
    }
}
