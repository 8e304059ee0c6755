using Conductor.Configuration;
using Conductor.Settings;
using Conductor.TestKit;
using Microsoft.Extensions.Logging;

namespace Conductor.Core.Tests.Configuration;

public sealed class SettingsWatcherTests : IDisposable
{
    private readonly ConfigFolder _folder = new ConfigFolder().Write("conductor.yaml", "limits: { max_text_length: 1 }");
    private readonly ManualTimeProvider _time = new();
    private readonly LineLogger _log = new();

    [Fact]
    public void Poll_GoodEdit_ReplacesTheSettingsAndTells()
    {
        using var watcher = Watch();
        List<ConductorSettings> told = [];
        watcher.Changed += told.Add;
        var before = watcher.Current;

        _folder.Write("conductor.yaml", "limits: { max_text_length: 2 }");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Equal((1, 2), (before.Limits.MaxTextLength, watcher.Current.Limits.MaxTextLength));
        Assert.Same(watcher.Current, Assert.Single(told));
        Assert.Empty(watcher.LastProblems);
    }

    [Fact]
    public void Poll_BadEdit_KeepsTheLastGoodAndSaysSoUntilItIsMended()
    {
        using var watcher = Watch();
        List<ConductorSettings> told = [];
        watcher.Changed += told.Add;

        _folder.Write("conductor.yaml", "limits: { max_text_length: 0 }\nservr: {}");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Equal(1, watcher.Current.Limits.MaxTextLength);
        Assert.Equal(["limits.max_text_length", "servr"], watcher.LastProblems.Select(problem => problem.Path));
        Assert.Empty(told);
        Assert.Contains(_log.Lines, line => line.Contains("the last good one stays in force", StringComparison.Ordinal));
        Assert.Contains(_log.Lines, line => line.EndsWith("conductor.yaml:2: servr: unknown member 'servr' (nearest: 'server')", StringComparison.Ordinal));

        _folder.Write("conductor.yaml", "limits: { max_text_length: 3 }");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Equal(3, watcher.Current.Limits.MaxTextLength);
        Assert.Empty(watcher.LastProblems);
    }

    [Fact]
    public void Poll_FileBesideAppears_IsFollowed()
    {
        using var watcher = Watch();

        _folder.Write("models.yaml", "aliases: { a: { targets: [ local/x ] } }");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Single(watcher.Current.Aliases);
    }

    [Theory]
    [InlineData("conductor.yaml")]
    [InlineData("tenants.yaml")]
    public void Poll_FileVanishes_KeepsTheLastGoodUntilItIsBack(string file)
    {
        // Without this the callers' keys would be gone with their file, and everybody let in.
        _folder.Write("tenants.yaml", "keys: [ { tenant: default, name: web, key: a-long-and-random-key-1 } ]");
        using var watcher = Watch();
        var text = File.ReadAllText(_folder.File(file));

        File.Delete(_folder.File(file));
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Equal((1, 1), (watcher.Current.Limits.MaxTextLength, watcher.Current.Keys.Count));
        Assert.Equal($"{_folder.File(file)}: has vanished; put it back, or start again without it", Assert.Single(watcher.LastProblems).ToString());

        _folder.Write(file, text);
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Empty(watcher.LastProblems);
    }

    [Fact]
    public void Poll_FileOnlyTouched_LoadsNothing()
    {
        using var watcher = Watch();
        var before = watcher.Current;

        File.SetLastWriteTimeUtc(_folder.File("conductor.yaml"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.False(watcher.Poll());
        Assert.Same(before, watcher.Current);
    }

    [Fact]
    public void Poll_ListenerThrows_TheOthersAreStillTold()
    {
        using var watcher = Watch();
        var told = 0;
        watcher.Changed += _ => throw new InvalidOperationException("broken listener");
        watcher.Changed += _ => told++;

        _folder.Write("conductor.yaml", "limits: { max_text_length: 2 }");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Equal((1, 2), (told, watcher.Current.Limits.MaxTextLength));
    }

    [Fact]
    public void Poll_SettingThatCannotMove_IsSaidToNeedARestart()
    {
        using var watcher = Watch();

        _folder.Write("conductor.yaml", "server: { listen: http://127.0.0.1:6000 }");
        _time.Advance(SettingsWatcher.PollInterval);

        Assert.Contains(_log.Lines, line => line.StartsWith("'server.listen' has changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_SystemReportsTheChange_LoadsWithoutWaitingForThePoll()
    {
        var source = _folder.Source();
        using var watcher = new SettingsWatcher(source, SettingsLoader.Load(source), TimeProvider.System, new LineLogger());
        var told = new TaskCompletionSource<ConductorSettings>(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Changed += settings => told.TrySetResult(settings);

        _folder.Write("conductor.yaml", "limits: { max_text_length: 2 }");
        var settings = await told.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(2, settings.Limits.MaxTextLength);
    }

    [Fact]
    public void Constructor_NotesOfTheFirstLoad_AreLogged()
    {
        _folder.Write("conductor.yaml", "reliability: { hedge: {} }");

        using var watcher = Watch();

        Assert.Contains(_log.Lines, line => line.Contains("reliability.hedge is read, and not acted upon in this version", StringComparison.Ordinal));
    }

    [Fact]
    public void Reload_Disposed_Throws()
    {
        var watcher = Watch();
        watcher.Dispose();

        Assert.Throws<ObjectDisposedException>(watcher.Reload);
    }

    [Fact]
    public void Constructor_LoadWithProblems_Throws()
    {
        _folder.Write("conductor.yaml", "servr: {}");

        Assert.Throws<SettingsException>(Watch);
    }

    public void Dispose() => _folder.Dispose();

    private SettingsWatcher Watch()
    {
        var source = _folder.Source();
        return new SettingsWatcher(source, SettingsLoader.Load(source), _time, _log);
    }

    private sealed class LineLogger : ILogger<SettingsWatcher>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
