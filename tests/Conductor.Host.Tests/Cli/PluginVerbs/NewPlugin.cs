using System.Diagnostics;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli.PluginVerbs;

/// <summary>A provider and an operation that `conductor plugins new` has written and `dotnet build` has built, once for all tests of a class; names with dots, digits, hyphens.</summary>
public sealed class NewPlugin : IAsyncLifetime, IDisposable
{
    public const string ProviderName = "My.own-provider2";
    public const string ProviderId = "my-own-provider2";
    public const string OperationName = "3rd.Title-op";
    public const string OperationId = "3rd_title_op";

    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    /// <summary>The DLL, which is all that the build puts out.</summary>
    public string Provider => OutputOf(ProviderName);

    public string Operation => OutputOf(OperationName);

    public async Task InitializeAsync()
    {
        foreach (var (kind, name) in new[] { ("provider", ProviderName), ("operation", OperationName) })
        {
            var (code, _, error) = await HostProcess.RunAsync(["plugins", "new", kind, name], workingDirectory: Folder);
            Assert.True(code == 0, error);
            await BuildAsync(Path.Combine(Folder, name, name));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    /// <summary>Builds a project; a warning is a failure.</summary>
    internal static async Task BuildAsync(string project)
    {
        var start = new ProcessStartInfo("dotnet", ["build", project, "-c", "Release", "-warnaserror", "--nologo", "-nodeReuse:false", "-v", "q"]) { RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name); // of the build that runs these tests
        }

        using var build = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var stop = limit.Token.Register(() => build.Kill(entireProcessTree: true));
        var output = await build.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await build.WaitForExitAsync(CancellationToken.None);
        Assert.True(build.ExitCode == 0, output);
    }

    private string OutputOf(string name)
    {
        var file = Assert.Single(Directory.GetFiles(Path.Combine(Folder, name, name, "bin", "Release", "net10.0")));
        Assert.Equal(name + ".dll", Path.GetFileName(file));
        return file;
    }
}
