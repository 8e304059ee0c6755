using System.Threading.Channels;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage;

/// <summary>
/// Takes ledger rows off the request's path and writes them in batches, one transaction each. While the store fails, rows stay here and are tried
/// again until they are in; nothing is dropped. When too many wait, or the oldest waits too long, <see cref="IsFull"/> tells the pipeline to make no
/// more calls, so that what is unbooked stays bounded; it clears by itself once the store takes rows again.
/// </summary>
public sealed partial class LedgerWriter : IAsyncDisposable
{
    private readonly ILedgerStore _store;
    private readonly TimeProvider _time;
    private readonly LedgerWriterOptions _options;
    private readonly ILogger<LedgerWriter> _logger;

    // Unbounded on purpose: calls that are already running must be booked, however full it is. IsFull keeps new ones away, so it is bounded
    // by the option plus the attempts of the calls in flight.
    private readonly Channel<Entry> _queue = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _leaving = new(); // a stop has begun: try at once
    private readonly CancellationTokenSource _stopping = new(); // its time is over: give up
    private readonly Task _loop;
    private CancellationTokenSource _hurry = new();
    private long _unsaved;
    private long _failingSince; // a timestamp of the clock; 0 while the store works
    private int _isDisposed;
    private bool _hasLost; // only after a stop; the loop's own

    public LedgerWriter(ILedgerStore store, TimeProvider time, ILogger<LedgerWriter> logger, ConductorMetrics? metrics = null, LedgerWriterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _time = time;
        _logger = logger;
        _options = options ?? new LedgerWriterOptions();
        metrics?.ReadUnsettledFrom(() => Unsaved);
        _loop = RunAsync(); // returns at its first wait; the channel continues it on the pool
    }

    /// <summary>Rows that are not yet in the store.</summary>
    public long Unsaved => Interlocked.Read(ref _unsaved);

    /// <summary>True while no new call may be made, because its spending could not be booked.</summary>
    public bool IsFull
    {
        get
        {
            if (Unsaved >= _options.Capacity)
            {
                return true;
            }

            var since = Interlocked.Read(ref _failingSince);
            return since != 0 && _time.GetElapsedTime(since) >= _options.LongestFailure;
        }
    }

    /// <summary>What the store last said, while it fails; null while it works.</summary>
    public string? Problem { get; private set; }

    /// <summary>Hands a row over. It never waits, and works as long as this is not disposed, <see cref="IsFull"/> or not.</summary>
    /// <exception cref="ArgumentException">The row lacks its request id, its call id or its tenant.</exception>
    /// <exception cref="ObjectDisposedException">The writer is gone.</exception>
    public void Append(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);

        // A row that no store can take would be tried for ever, in front of all others.
        ArgumentException.ThrowIfNullOrEmpty(row.RequestId, nameof(row));
        ArgumentException.ThrowIfNullOrEmpty(row.CallId, nameof(row));
        ArgumentException.ThrowIfNullOrEmpty(row.TenantId, nameof(row));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(row.Attempt, nameof(row));
        Interlocked.Increment(ref _unsaved);
        if (!_queue.Writer.TryWrite(new Entry(row, null)))
        {
            Interlocked.Decrement(ref _unsaved);
            throw new ObjectDisposedException(nameof(LedgerWriter));
        }
    }

    /// <summary>Completes when every row that was appended before is in the store, however long that takes; cancellation ends only the waiting.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.Writer.TryWrite(new Entry(null, reached)))
        {
            return _loop.WaitAsync(cancellationToken);
        }

        _ = Volatile.Read(ref _hurry).CancelAsync(); // not inline: the loop would go on in the caller's thread
        return reached.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what is left, for at most <see cref="LedgerWriterOptions.LongestStop"/>. What cannot be written by then is logged, row by row.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            await _loop.ConfigureAwait(false);
            return;
        }

        _queue.Writer.Complete();
        await Volatile.Read(ref _hurry).CancelAsync().ConfigureAwait(false);
        await _leaving.CancelAsync().ConfigureAwait(false);
        _stopping.CancelAfter(_options.LongestStop); // wall time: a stop must end even where the clock is a test's
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
        _leaving.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<LedgerRow>(_options.BatchSize);
        var reached = new List<TaskCompletionSource>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            await LingerAsync().ConfigureAwait(false);
            while (batch.Count < _options.BatchSize && _queue.Reader.TryRead(out var entry))
            {
                if (entry.Row is { } row)
                {
                    batch.Add(row);
                }
                else
                {
                    reached.Add(entry.Reached!);
                }
            }

            if (batch.Count > 0)
            {
                await SaveAsync(batch).ConfigureAwait(false);
                batch.Clear();
            }

            foreach (var waiter in reached)
            {
                Answer(waiter);
            }

            reached.Clear();
        }
    }

    // Rows that end within a moment of each other share one commit; a commit costs a sync of the disk.
    private async Task LingerAsync()
    {
        var hurry = Volatile.Read(ref _hurry);
        if (_options.Linger > TimeSpan.Zero && Unsaved < _options.BatchSize)
        {
            await Task.Delay(_options.Linger, _time, hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (hurry.IsCancellationRequested && Volatile.Read(ref _isDisposed) == 0)
        {
            Volatile.Write(ref _hurry, new CancellationTokenSource());
        }
    }

    private void Answer(TaskCompletionSource waiter)
    {
        if (_hasLost)
        {
            waiter.TrySetException(new StorageException($"The ledger could not be written before the stop: {Problem}"));
        }
        else
        {
            waiter.TrySetResult();
        }
    }

    private async Task SaveAsync(List<LedgerRow> batch)
    {
        var wait = _options.FirstRetry;
        while (!_hasLost)
        {
            try
            {
                await _store.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
                Interlocked.Add(ref _unsaved, -batch.Count);
                Recovered();
                return;
            }
#pragma warning disable CA1031 // boundary: whatever a store throws, the rows are kept and tried again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Failed(failure);
            }

            if (_stopping.IsCancellationRequested)
            {
                break;
            }

            var cut = _leaving.IsCancellationRequested ? _stopping.Token : _leaving.Token;
            await Task.Delay(wait, _time, cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < _options.LongestRetry ? wait * 2 : _options.LongestRetry;
        }

        _hasLost = true;
        Lost(batch);
    }

    private void Failed(Exception failure)
    {
        var isFirst = Problem is null;
        Problem = failure.Message;
        if (isFirst)
        {
            Interlocked.Exchange(ref _failingSince, Math.Max(1, _time.GetTimestamp()));
            Log.WriteFailed(_logger, Unsaved, failure);
        }
        else
        {
            Log.StillFailing(_logger, Unsaved, failure.Message);
        }
    }

    private void Recovered()
    {
        if (Problem is not null)
        {
            Problem = null;
            Interlocked.Exchange(ref _failingSince, 0);
            Log.Recovered(_logger);
        }
    }

    private void Lost(List<LedgerRow> batch)
    {
        foreach (var row in batch)
        {
            Log.Lost(_logger, row.RequestId, row.Attempt, row.TenantId, row.Provider, row.Model, row.Usage.InputTokens, row.Usage.OutputTokens, row.Cost?.ToString());
        }
    }

    /// <summary>A row to write, or a mark: whoever waits there learns that all rows before it are in.</summary>
    private readonly record struct Entry(LedgerRow? Row, TaskCompletionSource? Reached);

    private static partial class Log
    {
        [LoggerMessage(EventIds.LedgerWriteFailed, LogLevel.Error, "The ledger cannot be written; {Unsaved} rows wait in memory and are tried again")]
        public static partial void WriteFailed(ILogger logger, long unsaved, Exception failure);

        [LoggerMessage(EventIds.LedgerStillFailing, LogLevel.Warning, "The ledger still cannot be written, {Unsaved} rows wait: {Problem}")]
        public static partial void StillFailing(ILogger logger, long unsaved, string problem);

        [LoggerMessage(EventIds.LedgerRecovered, LogLevel.Information, "The ledger takes rows again")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(EventIds.LedgerLost, LogLevel.Critical,
            "Not booked, because the ledger could not be written before the stop: request {RequestId} attempt {Attempt} of tenant {Tenant}, {Provider}/{Model}, {InputTokens}+{OutputTokens} tokens, {Cost} USD")]
        public static partial void Lost(ILogger logger, string requestId, int attempt, string tenant, string provider, string model, long inputTokens, long outputTokens, string? cost);
    }
}
