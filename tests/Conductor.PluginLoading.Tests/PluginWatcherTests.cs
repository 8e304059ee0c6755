using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.PluginLoading.Tests;

/// <summary>What counts as a change in the plugin folders, and when it has come to rest.</summary>
public sealed class PluginWatcherTests : IDisposable
{
    private static readonly byte[] Half = new byte[1000];

    private readonly PluginRoom _room = new();
    private readonly StoppedClock _clock = new();
    private readonly PluginWatcher _watcher;

    public PluginWatcherTests() =>
        _watcher = new PluginWatcher(
            new PluginLoaderOptions { ProviderFolder = _room.Plugins, OperationFolder = _room.Operations, ShadowFolder = _room.Shadow },
            _clock,
            NullLogger<PluginWatcher>.Instance);

    public void Dispose()
    {
        _watcher.Dispose();
        _room.Dispose();
    }

    public static TheoryData<string> Changes() => ["created", "written", "renamed over", "deleted", "deps.json", "native library", "dependency deleted"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Look_Change_IsToldOnceItHasRestedAndOnlyOnce(string change)
    {
        var echo = _room.DropFolder("Echo");
        var folder = Path.GetDirectoryName(echo)!;
        Directory.CreateDirectory(Path.Combine(folder, "runtimes", "linux-x64", "native"));
        var native = Path.Combine(folder, "runtimes", "linux-x64", "native", "libextra.so");
        File.WriteAllBytes(native, Half);
        _watcher.Begin(listens: false);
        switch (change)
        {
            case "created": _room.DropDll("LibraryOne"); break;
            case "written": File.AppendAllText(echo, "more"); break;
            case "renamed over":
                File.WriteAllBytes(Path.Combine(folder, ".next"), Half);
                File.Move(Path.Combine(folder, ".next"), echo, overwrite: true);
                break;
            case "deleted": Directory.Delete(folder, recursive: true); break;
            case "deps.json": File.AppendAllText(Path.ChangeExtension(echo, ".deps.json"), " "); break;
            case "native library": File.WriteAllBytes(native, new byte[1001]); break;
            default: File.Delete(native); break;
        }

        Assert.Null(_watcher.Look(out var isResting));
        Assert.False(isResting);
        _clock.Advance(PluginWatcher.QuietTime);
        Assert.Empty(Told());
        Assert.Null(LookTwice());
    }

    [Fact]
    public void Look_SlowCopy_IsToldOnlyAfterItsLastByte()
    {
        _watcher.Begin(listens: false);
        for (var part = 1; part < 8; part++)
        {
            _room.DropBytes("slow.dll", new byte[part * 100]);
            Assert.Null(_watcher.Look(out _));
            _clock.Advance(PluginWatcher.QuietTime / 2);
        }

        Assert.Null(_watcher.Look(out _));
        _clock.Advance(PluginWatcher.QuietTime / 2);
        Assert.Empty(Told());
    }

    [Fact]
    public void Look_OneIsStillBeingCopied_TheOtherIsToldWithoutIt()
    {
        _watcher.Begin(listens: false);
        _room.DropDll("Echo");
        _room.DropBytes("slow.dll", new byte[100]);
        Assert.Null(_watcher.Look(out _));
        _clock.Advance(PluginWatcher.QuietTime);
        _room.DropBytes("slow.dll", new byte[200]);

        var unsettled = Told();

        Assert.Equal(new PluginEntry(PluginKind.Provider, "slow.dll"), Assert.Single(unsettled));
        var scan = _room.Loader.Scan(unsettled);
        Assert.Equal("Conductor.TestPlugins.Echo.dll", Assert.Single(scan.New).File);
        Assert.DoesNotContain(_room.Loader.Statuses, status => status.File == "slow.dll");
    }

    [Fact]
    public void Scan_LoadedPluginIsBeingReplaced_StaysUntilItsFilesHaveRested()
    {
        var echo = _room.DropDll("Echo");
        var plugin = _room.LoadOnly();
        _room.Loader.MarkActive(plugin);
        File.Delete(echo);
        var unsettled = new HashSet<PluginEntry> { new(PluginKind.Provider, Path.GetFileName(echo)) };

        Assert.True(_room.Loader.Scan(unsettled).IsEmpty);

        Assert.Equal(PluginState.Active, Assert.Single(_room.Loader.Statuses).State);
        Assert.Same(plugin, Assert.Single(_room.Loader.Scan().Gone));
    }

    [Theory]
    [InlineData(".hidden.dll")]
    [InlineData("Conductor.TestPlugins.Echo/.next.dll")]
    [InlineData("Conductor.TestPlugins.Echo/Conductor.TestPlugins.Echo.dll~")]
    [InlineData("Conductor.TestPlugins.Echo/#Conductor.TestPlugins.Echo.dll#")]
    [InlineData("Conductor.TestPlugins.Echo/Conductor.TestPlugins.Echo.dll.part")]
    [InlineData("Conductor.TestPlugins.Echo/4913")]
    [InlineData("Conductor.TestPlugins.Throwing/obj/Release/net10.0/Conductor.TestPlugins.Throwing.dll")]
    [InlineData("Conductor.TestPlugins.Throwing/bin/Release/net10.0/Conductor.TestPlugins.Throwing.dll")]
    [InlineData("Conductor.TestPlugins.Throwing/Plugin.cs")]
    [InlineData("README.md")]
    public void Look_WhatBelongsToNoPlugin_IsNoChange(string file)
    {
        _room.DropFolder("Echo");
        _room.DropFolder("Throwing", asSourceProject: true);
        _watcher.Begin(listens: false);

        _room.DropBytes(file, Half);

        Assert.Null(LookTwice());
    }

    [Fact]
    public void Look_SourceProjectIsBuilt_IsAChange()
    {
        Directory.CreateDirectory(Path.Combine(_room.Plugins, "Source"));
        File.WriteAllText(Path.Combine(_room.Plugins, "Source", "Source.csproj"), "<Project />");
        _watcher.Begin(listens: false);

        _room.DropBytes("Source/bin/plugin/Source.dll", Half);

        Assert.Null(_watcher.Look(out _));
        _clock.Advance(PluginWatcher.QuietTime);
        Assert.Empty(Told());
    }

    [Fact]
    public void Look_FolderGoesAwayAndComesBack_IsNoChange()
    {
        _room.DropFolder("Echo");
        _watcher.Begin(listens: false);

        Directory.Move(_room.Plugins, _room.Plugins + "-away");
        Assert.Null(LookTwice());
        Directory.Move(_room.Plugins + "-away", _room.Plugins);

        Assert.Null(LookTwice());
    }

    [Fact]
    public void Look_SystemsWatchFails_ChangesAreFoundAllTheSame()
    {
        _watcher.Begin();
        _watcher.Fail(_room.Plugins, "too many open files");
        _room.DropDll("Echo");

        Assert.Null(_watcher.Look(out _));
        _clock.Advance(PluginWatcher.QuietTime);

        Assert.Empty(Told());
    }

    [Fact]
    public async Task Wait_SameSizeAndDate_IsToldByTheSystemsReport()
    {
        // Unpacked archives and reproducible builds carry fixed dates, and DLLs are padded.
        var echo = _room.DropDll("Echo");
        var date = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(echo, date);
        using var watcher = RealWatcher();
        watcher.Begin();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var told = watcher.WaitForChangeAsync(limit.Token);
        var bytes = await File.ReadAllBytesAsync(echo);
        bytes[^1] ^= 1;

        await File.WriteAllBytesAsync(echo, bytes);
        File.SetLastWriteTimeUtc(echo, date);

        Assert.Empty(await told);
    }

    [Fact]
    public async Task Wait_RenamedOver_IsTold()
    {
        var echo = _room.DropFolder("Echo");
        using var watcher = RealWatcher();
        watcher.Begin();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var told = watcher.WaitForChangeAsync(limit.Token);
        var next = _room.DropBytes(".next", Half);

        File.Move(next, echo, overwrite: true);

        Assert.Empty(await told);
    }

    [Fact]
    public async Task Wait_Cancelled_Ends()
    {
        using var watcher = RealWatcher();
        watcher.Begin();
        using var stop = new CancellationTokenSource();
        var told = watcher.WaitForChangeAsync(stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => told);
    }

    private PluginWatcher RealWatcher() => new(
        new PluginLoaderOptions { ProviderFolder = _room.Plugins, OperationFolder = _room.Operations, ShadowFolder = _room.Shadow },
        TimeProvider.System,
        NullLogger<PluginWatcher>.Instance);

    private IReadOnlySet<PluginEntry> Told()
    {
        // A report of the system that arrives late begins the quiet time anew.
        for (var tries = 0; tries < 50; tries++)
        {
            if (_watcher.Look(out _) is { } unsettled)
            {
                return unsettled;
            }

            _clock.Advance(PluginWatcher.QuietTime);
        }

        throw new InvalidOperationException("Nothing was told.");
    }

    private IReadOnlySet<PluginEntry>? LookTwice()
    {
        _ = _watcher.Look(out _);
        _clock.Advance(PluginWatcher.QuietTime);
        return _watcher.Look(out _);
    }

    private sealed class StoppedClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
