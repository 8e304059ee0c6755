using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

/// <summary>Tells when the plugin folders have changed and have come to rest: files created, written, renamed, renamed over or deleted, in sub-folders too.</summary>
/// <remarks>
/// The folders are looked at when the system reports a change, and now and then in any case: mounted and network folders often report nothing, and a system can
/// run out of watches. A look reads names, sizes and dates and opens no file. For one reader.
/// </remarks>
/// <param name="options">The folders.</param>
/// <param name="time">Drives looks and waits.</param>
/// <param name="logger">Told when the system cannot watch a folder.</param>
public sealed class PluginWatcher(PluginLoaderOptions options, TimeProvider time, ILogger<PluginWatcher> logger) : IDisposable
{
    /// <summary>How often folders are looked at of which the system may not report everything. Less often when a look takes longer than 4 ms: looking
    /// never takes more than half a percent of one core.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(750);

    /// <summary>How often folders are looked at of which it does: a report can be lost all the same.</summary>
    public static readonly TimeSpan ReliablePollInterval = TimeSpan.FromSeconds(10);

    /// <summary>How long a plugin's files must be as they are before they count: copies and builds write in several steps.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(500);

    // A build reports thousands of events: looks keep this distance.
    private static readonly TimeSpan LookDistance = TimeSpan.FromMilliseconds(100);
    private const int PollCostFactor = 200;

    private readonly FolderPrints _prints = new(options);
    private readonly Dictionary<PluginEntry, (string Print, long Since)> _seen = [];
    private readonly Dictionary<PluginEntry, string> _told = [];
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private FolderEvents? _events;
    private ITimer? _timer;

    /// <summary>Begins: what is there now is known, whatever comes after is a change. Before the first scan, so that nothing falls between the two.</summary>
    public void Begin() => Begin(listens: true);

    /// <summary>Begins, on request without the system's reports: a look alone finds everything.</summary>
    internal void Begin(bool listens)
    {
        _events ??= new FolderEvents(listens ? _prints.Folders : [], time, Wake, logger);
        _timer ??= time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _events.Watch();
        foreach (var (entry, print) in _prints.Take(_events.Drain()))
        {
            _seen[entry] = (print, time.GetTimestamp());
            _told[entry] = print;
        }
    }

    /// <summary>Waits until something has changed and come to rest.</summary>
    /// <returns>What is still being written to, and must not be judged yet.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> ended the wait.</exception>
    public async Task<IReadOnlySet<PluginEntry>> WaitForChangeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var start = time.GetTimestamp();
            var unsettled = Look(out var isResting);
            if (unsettled is not null)
            {
                return unsettled;
            }

            var cost = time.GetElapsedTime(start) * PollCostFactor;
            var wait = !isResting ? LookDistance : _events!.AreReliable ? ReliablePollInterval : PollInterval;
            _timer!.Change(cost > wait ? cost : wait, Timeout.InfiniteTimeSpan);
            await _wakes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(LookDistance, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _events?.Dispose();
    }

    /// <summary>Looks once.</summary>
    /// <param name="isResting">Whether nothing has to be looked at again soon.</param>
    /// <returns>Null while nothing new has come to rest; else what has not yet.</returns>
    internal IReadOnlySet<PluginEntry>? Look(out bool isResting)
    {
        _events!.Watch();
        var prints = _prints.Take(_events.Drain());
        var now = time.GetTimestamp();
        var isDue = false;
        var unsettled = new HashSet<PluginEntry>();
        foreach (var entry in prints.Keys.Union(_seen.Keys).ToList())
        {
            var print = prints.GetValueOrDefault(entry) ?? ""; // gone
            if (!_seen.TryGetValue(entry, out var seen) || seen.Print != print)
            {
                _seen[entry] = seen = (print, now);
            }

            if (print == _told.GetValueOrDefault(entry, ""))
            {
                continue;
            }

            if (time.GetElapsedTime(seen.Since, now) < QuietTime)
            {
                unsettled.Add(entry);
                continue;
            }

            isDue = true;
            _told[entry] = print;
        }

        foreach (var entry in _seen.Where(pair => pair.Value.Print.Length == 0 && !unsettled.Contains(pair.Key)).Select(pair => pair.Key).ToList())
        {
            _seen.Remove(entry);
            _told.Remove(entry);
        }

        isResting = unsettled.Count == 0;
        return isDue ? unsettled : null;
    }

    /// <summary>The system's watch of a folder has failed.</summary>
    internal void Fail(string folder, string reason) => _events?.Fail(Path.GetFullPath(folder), reason);

    private void Wake() => _wakes.Writer.TryWrite(true);
}
