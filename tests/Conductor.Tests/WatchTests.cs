using Conductor.PluginLoading;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Conductor.Tests;

/// <summary>Plugin files that come, change and go under a running host: what serves follows them, on a real file system.</summary>
[Collection("load contexts")]
public sealed class WatchTests
{
    private const string Echo = "tests/TestPlugins/Conductor.TestPlugins.Echo";
    private const string Misbehaving = "tests/TestPlugins/Conductor.TestPlugins.Misbehaving";
    private const string EchoFile = "Conductor.TestPlugins.Echo.dll";

    [Fact]
    public async Task Plugin_DroppedReplacedAndDeleted_ServesAsItsFilesAre()
    {
        await using var test = new TestConductor();
        await test.StartServicesAsync();
        var file = Path.Combine(test.PluginFolder, EchoFile);

        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.UntilAsync(() => test.Conductor.Catalog.Providers.ContainsKey("test-echo"));
        Assert.Equal("one", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("one")).Text);
        var first = test.Status("test-echo").Hash;

        var next = Path.Combine(test.Folder, "next.dll");
        await File.WriteAllBytesAsync(next, [.. await File.ReadAllBytesAsync(file), 1]);
        File.Move(next, file, overwrite: true);
        await test.UntilAsync(() => test.Conductor.Plugins.Any(plugin => plugin.State == PluginState.Active && plugin.Hash != first));
        Assert.Equal("two", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("two")).Text);

        File.Delete(file);
        await test.UntilAsync(() => !test.Conductor.Catalog.Providers.ContainsKey("test-echo"));
    }

    [Fact]
    public async Task Plugin_TouchedThenAnotherOneDropped_TouchedOneIsWhatItWasAndNothingWasLoggedOfIt()
    {
        var logs = new CollectedLogs();
        await using var test = new TestConductor(logs).WithPlugin(Echo);
        await test.StartServicesAsync();
        var before = test.Conductor.Catalog.Providers["test-echo"];
        var said = logs.Lines.Count;

        // What `touch` does: the file system's clock, which is the machine's and not the host's.
        File.SetLastWriteTimeUtc(Path.Combine(test.PluginFolder, "Conductor.TestPlugins.Echo", EchoFile), DateTime.UtcNow);

        // A second plugin folder's garbage is judged in the same look or in a later one, so the touch has been seen by then.
        await File.WriteAllTextAsync(Path.Combine(test.OperationFolder, "text.dll"), "no program");
        await test.UntilAsync(() => test.Conductor.Plugins.Any(plugin => plugin.File == "text.dll"));

        Assert.Same(before, test.Conductor.Catalog.Providers["test-echo"]);
        Assert.Contains("text.dll", Assert.Single(logs.Lines.Skip(said)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_SlowlyOverwritten_OldServesUntilTheCopyIsWhole()
    {
        await using var test = new TestConductor();
        var file = Path.Combine(test.PluginFolder, EchoFile);
        var content = await File.ReadAllBytesAsync(Path.Combine(Repository.Built(Echo), EchoFile));
        await File.WriteAllBytesAsync(file, content);
        await test.StartServicesAsync();
        var first = test.Status("test-echo").Hash;

        await using (var copy = new FileStream(file, FileMode.Create))
        {
            foreach (var part in content.Append((byte)1).Chunk(content.Length / 10))
            {
                await copy.WriteAsync(part);
                await copy.FlushAsync();
                await Task.Delay(50);
                Assert.Equal("on", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("on")).Text);
            }
        }

        await test.UntilAsync(() => test.Conductor.Plugins.Any(plugin => plugin.State == PluginState.Active && plugin.Hash != first));
        Assert.Equal("whole", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("whole")).Text);
    }

    [Fact]
    public async Task Plugin_ChurnOfWritesRenamesAndDeletions_NoCallFailsAndTheLastContentServes()
    {
        await using var test = new TestConductor();
        var content = await File.ReadAllBytesAsync(Path.Combine(Repository.Built(Echo), EchoFile));
        await File.WriteAllBytesAsync(Path.Combine(test.PluginFolder, "steady.dll"), content); // whose calls must not notice
        await test.StartServicesAsync();
        var file = Path.Combine(test.PluginFolder, "churn.dll");
        var folder = Path.Combine(test.PluginFolder, "Conductor.TestPlugins.Misbehaving");
        for (var round = 1; round <= 12; round++)
        {
            await File.WriteAllBytesAsync(file + ".tmp", content[..(content.Length * round / 12)]); // cut short but for the last
            File.Move(file + ".tmp", file, overwrite: true);
            test.WithPlugin(Misbehaving);
            await File.WriteAllTextAsync(Path.Combine(folder, "round.txt"), round.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal("on", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("on")).Text);
            await Task.Delay(60);
            if (round % 3 == 0 && round < 12)
            {
                File.Delete(file);
                Directory.Delete(folder, recursive: true);
            }
        }

        await test.UntilAsync(() => test.Conductor.Plugins.Any(plugin => plugin.File == "churn.dll" && plugin.State == PluginState.Rejected && plugin.Reason!.Contains("steady.dll", StringComparison.Ordinal))
            && test.Conductor.Catalog.Providers.ContainsKey("misbehaving"));
        Assert.Equal("good", (await test.Conductor.AsChatClient("misbehaving/m").GetResponseAsync("behave")).Text);
        Assert.Equal("on", (await test.Conductor.AsChatClient("test-echo/echo").GetResponseAsync("on")).Text);
    }

    [Fact]
    public async Task Settings_AllowAContentThatWasRefused_ItServesWithoutARestart()
    {
        await using var test = new TestConductor(("plugins:allowed:test-echo:0", new string('a', 64))).WithPlugin(Echo);
        await test.StartServicesAsync();
        var refused = test.Conductor.Plugins.Single();
        Assert.Contains("plugins.allowed", refused.Reason, StringComparison.Ordinal);

        var now = test.Settings.Current;
        test.Settings.Current = now with { Plugins = now.Plugins with { Allowed = new Dictionary<string, IReadOnlyList<string>> { ["test-echo"] = [refused.Hash!] } } };

        await test.UntilAsync(() => test.Conductor.Catalog.Providers.ContainsKey("test-echo"));
    }

    [Fact]
    public async Task Watch_SwitchedOff_FilesWaitForARescan()
    {
        await using var test = new TestConductor(("plugins:watch", "false"));
        await test.StartServicesAsync();
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), Path.Combine(test.PluginFolder, EchoFile));

        Assert.Empty(test.Conductor.Plugins);
        await test.Conductor.RescanAsync(CancellationToken.None);
        Assert.Equal(PluginState.Active, test.Status("test-echo").State);
    }

    private sealed class CollectedLogs : ILoggerFactory, ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_gate)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_gate)
                {
                    _lines.Add(formatter(state, exception));
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
