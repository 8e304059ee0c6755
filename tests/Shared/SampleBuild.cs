using System.Diagnostics;

namespace Conductor.Tests.Shared;

/// <summary>A project in samples/, built on its own into a temporary folder, as somebody outside of this repository would.</summary>
internal sealed class SampleBuild : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly string _artifacts = Directory.CreateTempSubdirectory("conductor-sample-").FullName;
    private readonly string _name;

    private SampleBuild(string name) => _name = name;

    /// <summary>Where the built files are.</summary>
    public string Output => Path.Combine(_artifacts, "bin", _name, "release");

    /// <summary>The DLL; the build's only one.</summary>
    public string Dll
    {
        get
        {
            var dll = Assert.Single(Directory.GetFiles(Output, "*.dll"));
            Assert.Equal(_name + ".dll", Path.GetFileName(dll));
            return dll;
        }
    }

    /// <param name="repository">The folder of the solution.</param>
    /// <param name="name">A folder in samples/.</param>
    public static async Task<SampleBuild> CreateAsync(string repository, string name)
    {
        var build = new SampleBuild(name);
        await build.RunAsync(Path.Combine(repository, "samples", name));
        return build;
    }

    public void Dispose() => Directory.Delete(_artifacts, recursive: true);

    // An artifacts path of its own, so that nothing is written where another build may be writing.
    private async Task RunAsync(string project)
    {
        string[] arguments = ["build", project, "-c", "Release", "--artifacts-path", _artifacts, "--nologo", "-nodeReuse:false", "-v", "q"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name); // of the build that runs these tests
        }

        using var build = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        await using var stop = limit.Token.Register(() => build.Kill(entireProcessTree: true));
        var output = await build.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await build.WaitForExitAsync(CancellationToken.None);
        Assert.True(build.ExitCode == 0, output);
    }
}
