using System.Diagnostics;
using System.Text;

namespace Conductor.Host.Lab;

/// <summary>
/// Replaces plugins under live streams and looks at every chunk: a gateway in a process of its own, an upstream that numbers what it says, callers that check
/// the numbers. It ends what it started and deletes what it wrote, except the gateway's log where anything was wrong.
/// </summary>
internal sealed class HotSwapLab(HotSwapOptions options, Action<string> tell)
{
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(30);

    // The heap, the compiler's memory and the allocator's arenas find their size over the first versions; what a later one leaves is what counts.
    private const int WarmUpSwaps = 10;

    // Of the gateway's log, in a report that tells of violations.
    private const int MostLogLines = 20;

    // Swaps with nothing in flight before memory is measured, and how many of them in a row may make no difference: the collector keeps a free region for 20 collections,
    // of which a swap of one plugin makes 2 to 4.
    private const int MostSettlingSwaps = 24;
    private const int SettledAfter = 8;

    private static readonly TimeSpan SettlingPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastCollections = TimeSpan.FromSeconds(5);
    private readonly List<string> _violations = [];
    private readonly List<Task> _rescans = [];
    private int _swaps;

    public async Task<HotSwapReport> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Limit);
        var folder = Directory.CreateTempSubdirectory("conductor-lab-").FullName;
        using var log = new GatewayLog(Path.Combine(folder, "gateway.log"));
        var keepsLog = false;
        try
        {
            var plugins = LabPlugin.PlaceAll(options.Plugins, Path.Combine(folder, "plugins"), Path.Combine(folder, "scratch"));
            await using var upstream = await NumberedUpstream.StartAsync(options, limit.Token);
            await using var host = await LabHost.StartAsync(Configure(folder, plugins, upstream), log, limit.Token);
            var providers = plugins.Select((_, index) => $"p{index}").ToList();

            tell("Warming up");
            var warm = new StreamTally();
            var warming = new StreamReaders(host.Client, () => host.ExitCode is not null, options, providers, warm);
            await SwapUnderAsync(host, plugins, warming, Math.Min(WarmUpSwaps, options.Swaps), limit.Token);
            var before = await SettleAsync(host, plugins, limit.Token);
            var threads = host.Threads;
            (_swaps, var asked) = (0, upstream.Requests);

            tell(options.Rate is { } rate ? $"{rate} streams a second, {options.Swaps} swaps" : $"{options.Streams} streams, {options.Swaps} swaps");
            var tally = new StreamTally();
            var readers = new StreamReaders(host.Client, () => host.ExitCode is not null, options, providers, tally);
            await SwapUnderAsync(host, plugins, readers, options.Swaps, limit.Token);
            var swaps = _swaps;
            tell("Waiting for the old versions to leave");
            var after = await SettleAsync(host, plugins, limit.Token);
            var rows = await RowsAsync(host);
            if (warm.Dropped + warm.Duplicated + warm.Misordered > 0)
            {
                _violations.AddRange(warm.Failures.Select(failure => $"while warming up: {failure}"));
            }

            var report = new HotSwapReport
            {
                Streams = options.Streams,
                Rate = options.Rate,
                SwapsAsked = options.Swaps,
                Swaps = swaps,
                Plugins = [.. plugins.Select(plugin => plugin.Id)],
                Tally = tally,
                UpstreamRequests = upstream.Requests - asked,
                StreamsStarted = readers.Started,
                ContextsAlive = plugins.ToDictionary(plugin => plugin.Id, plugin => rows.Count(row => row.Id == plugin.Id && row.IsInMemory)),
                ResidentBefore = before,
                ResidentAfter = after,
                ThreadsBefore = threads,
                ThreadsAfter = host.Threads,
                Duration = watch.Elapsed,
                Violations = _violations,
                LogPath = log.Path,
                LogLines = log.LastRelevant(MostLogLines),
            };
            keepsLog = report.AllViolations().Any();
            return report;
        }
        finally
        {
            log.Dispose();
            CleanUp(folder, keepsLog ? log.Path : null);
        }
    }

    private async Task<IReadOnlyList<LabPluginRow>> RowsAsync(LabHost host)
    {
        try
        {
            return await host.PluginsAsync(CancellationToken.None);
        }
        catch (HttpRequestException broken)
        {
            _violations.Add(host.ExitCode is { } code ? $"the gateway ended with exit code {code}" : $"the gateway does not answer: {broken.Message}");
            return [];
        }
    }

    private static void CleanUp(string folder, string? except)
    {
        if (except is null)
        {
            Directory.Delete(folder, recursive: true);
            return;
        }

        foreach (var below in Directory.EnumerateDirectories(folder))
        {
            Directory.Delete(below, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(folder).Where(file => file != except))
        {
            File.Delete(file);
        }
    }

    private List<string> Configure(string folder, IReadOnlyList<LabPlugin> plugins, NumberedUpstream upstream)
    {
        var text = new StringBuilder("providers:\n  local: { enabled: false }\n");
        foreach (var (plugin, index) in plugins.Select((plugin, index) => (plugin, index)))
        {
            text.AppendLine($"  p{index}: {{ plugin: {plugin.Id}, base_url: \"{upstream.Address.AbsoluteUri}v1\", keys: [lab], price: free, models: [numbers] }}");
        }

        text.AppendLine($"limits: {{ max_concurrent_requests: {(options.Streams * 2) + 100} }}");
        var config = Path.Combine(folder, "conductor.yaml");
        File.WriteAllText(config, text.ToString());
        var operations = Directory.CreateDirectory(Path.Combine(folder, "operations")).FullName;
        return
        [
            "serve", "--config", config, "--data", Path.Combine(folder, "data"), "--plugins", Path.Combine(folder, "plugins"),
            "--operations", operations, "--listen", "http://127.0.0.1:0",
        ];
    }

    // Streams run before the first swap, through all of them, and for as long again after the last one as a stream takes.
    private async Task SwapUnderAsync(LabHost host, IReadOnlyList<LabPlugin> plugins, StreamReaders readers, int swaps, CancellationToken limit)
    {
        using var stop = new CancellationTokenSource();
        var reading = readers.RunAsync(stop.Token, limit);
        try
        {
            await Task.Delay(options.StreamLength, limit);
            for (var swap = 0; swap < swaps; swap++)
            {
                await SwapAsync(host, plugins, limit);
                await Task.Delay(options.Interval, limit);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _violations.Add($"not done after {options.Limit.TotalSeconds:F0} s");
        }
        catch (HttpRequestException broken)
        {
            _violations.Add($"a swap failed: {broken.Message}");
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    private async Task SwapAsync(LabHost host, IReadOnlyList<LabPlugin> plugins, CancellationToken limit)
    {
        var before = (await host.PluginsAsync(limit)).Select(row => row.Hash).ToHashSet();
        foreach (var plugin in plugins)
        {
            plugin.Replace();
        }

        _rescans.RemoveAll(rescan => rescan.IsCompletedSuccessfully);
        _rescans.Add(host.RescanAsync(limit)); // not awaited: it waits for streams that are to run on
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < TakeOver)
        {
            var now = await host.PluginsAsync(limit);
            if (plugins.All(plugin => now.Any(row => row.Id == plugin.Id && row.State == "active" && !before.Contains(row.Hash))))
            {
                _swaps += plugins.Count;
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), limit);
        }

        _violations.Add($"a new version did not take over within {TakeOver.TotalSeconds:F0} s");
    }

    // What the gateway holds with nothing in flight. Every collection gives some of the heap's free memory back to the system, and a swap makes it collect: swaps go
    // on until that no longer makes a difference, so that free memory is not taken for kept memory.
    private async Task<long> SettleAsync(LabHost host, IReadOnlyList<LabPlugin> plugins, CancellationToken limit)
    {
        var least = long.MaxValue;
        try
        {
            await Task.WhenAll(_rescans);
            _rescans.Clear();
            var hasLeft = true; // what stays is a violation of its own, and further versions of it would only take longer
            for (int swap = 0, inVain = 0; hasLeft && swap < MostSettlingSwaps && inVain < SettledAfter; swap++)
            {
                plugins.ToList().ForEach(plugin => plugin.Replace());
                var waited = Stopwatch.StartNew();
                var rows = await host.RescanAsync(limit);
                while (IsLeaving(rows, plugins.Count, waited.Elapsed))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(250), limit);
                    rows = await host.RescanAsync(limit);
                }

                hasLeft = rows.Count(row => row.IsInMemory) <= plugins.Count;
                await Task.Delay(SettlingPause, limit);
                var resident = host.ResidentBytes;
                inVain = resident < least * 0.99 ? 0 : inVain + 1;
                least = Math.Min(least, resident);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _violations.Add($"not done after {options.Limit.TotalSeconds:F0} s");
        }
        catch (HttpRequestException broken)
        {
            _violations.Add($"a rescan failed: {broken.Message}");
        }

        return least == long.MaxValue ? host.ResidentBytes : least;
    }

    // A version that still drains has time; one that is still alive after it was unloaded has had its collections, and gets a few more.
    private static bool IsLeaving(IReadOnlyList<LabPluginRow> rows, int plugins, TimeSpan waited) =>
        rows.Count(row => row.IsInMemory) > plugins && waited < (rows.Any(row => row.State == "draining") ? TakeOver : LastCollections);
}
