using System.Threading.Channels;
using Conductor.Calls;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage;

/// <summary>
/// Takes ledger rows off the request's path and writes them in batches, one transaction each. Every row has its place among the reservations from before its
/// attempt is made until its batch is committed. While the store fails, rows stay here and are tried again until they are in; nothing is dropped. When too many
/// wait, or the oldest waits too long, <see cref="IsFull"/> tells the pipeline to make no more calls, so that what is unbooked stays bounded; it clears by itself
/// once the store takes rows again.
/// </summary>
public sealed partial class LedgerWriter : IAsyncDisposable
{
    private const int LongestCallId = 64;

    private readonly ILedgerStore _store;
    private readonly IReservationStore _reservations;
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

    public LedgerWriter(
        ILedgerStore store, TimeProvider time, ILogger<LedgerWriter> logger, ConductorMetrics? metrics = null, LedgerWriterOptions? options = null, IReservationStore? reservations = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        _store = store;
        _reservations = reservations ?? new InMemoryReservationStore();
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
    /// <param name="row">The row.</param>
    /// <param name="ticket">Its place, which from here on holds the row and is given back once it is in the store; none for a row without one.</param>
    /// <exception cref="ArgumentException">The row lacks its request id, its call id or its tenant, or its call id has more than 64 characters.</exception>
    /// <exception cref="ObjectDisposedException">The writer is gone; the row is in its place, where that outlives the process.</exception>
    public void Append(LedgerRow row, ReservationTicket ticket = default)
    {
        Check(row);
        if (!ticket.IsNone)
        {
            _reservations.Settle(ticket, row);
        }

        Enqueue(row, ticket);
    }

    private void Enqueue(LedgerRow row, ReservationTicket ticket)
    {
        Interlocked.Increment(ref _unsaved);
        if (!_queue.Writer.TryWrite(new Entry(row, ticket, null)))
        {
            Interlocked.Decrement(ref _unsaved);
            throw new ObjectDisposedException(nameof(LedgerWriter));
        }
    }

    private static void Check(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);

        // A row that no store can take would be tried for ever, in front of all others.
        ArgumentException.ThrowIfNullOrEmpty(row.RequestId, nameof(row));
        ArgumentException.ThrowIfNullOrEmpty(row.CallId, nameof(row));
        ArgumentException.ThrowIfNullOrEmpty(row.TenantId, nameof(row));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row.CallId.Length, LongestCallId, nameof(row));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(row.Attempt, nameof(row));
    }

    /// <summary>Completes when every row that was appended before is in the store, however long that takes; cancellation ends only the waiting.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.Writer.TryWrite(new Entry(null, default, reached)))
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

        if (_commits is { } commits)
        {
            await commits.DisposeAsync().ConfigureAwait(false);
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
        var tickets = new List<ReservationTicket>(_options.BatchSize);
        var reached = new List<TaskCompletionSource>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            await LingerAsync().ConfigureAwait(false);
            while (batch.Count < _options.BatchSize && _queue.Reader.TryRead(out var entry))
            {
                if (entry.Row is { } row)
                {
                    batch.Add(row);
                    tickets.Add(entry.Ticket);
                }
                else
                {
                    reached.Add(entry.Reached!);
                }
            }

            if (batch.Count > 0)
            {
                if (await SaveAsync(batch).ConfigureAwait(false))
                {
                    tickets.ForEach(GiveBack); // after the commit and never before: a process that ends in between leaves both, and the store takes a row once
                }

                batch.Clear();
                tickets.Clear();
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

    private async Task<bool> SaveAsync(List<LedgerRow> batch)
    {
        var wait = _options.FirstRetry;
        while (!_hasLost)
        {
            try
            {
                await _store.AppendAsync(batch, CancellationToken.None).ConfigureAwait(false);
                Interlocked.Add(ref _unsaved, -batch.Count);
                Recovered();
                return true;
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
        return false;
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
        if (_reservations.IsDurable)
        {
            Log.Kept(_logger, batch.Count);
            return;
        }

        foreach (var row in batch)
        {
            Log.Lost(_logger, row.RequestId, row.Attempt, row.TenantId, row.Provider, row.Model, row.Usage.InputTokens, row.Usage.OutputTokens, row.Cost?.ToString());
        }
    }

    /// <summary>A row to write, or a mark: whoever waits there learns that all rows before it are in.</summary>
    private readonly record struct Entry(LedgerRow? Row, ReservationTicket Ticket, TaskCompletionSource? Reached);

    private static partial class Log
    {
        [LoggerMessage(EventIds.LedgerWriteFailed, LogLevel.Error, "The ledger cannot be written; {Unsaved} rows wait in memory and are tried again")]
        public static partial void WriteFailed(ILogger logger, long unsaved, Exception failure);

        [LoggerMessage(EventIds.LedgerStillFailing, LogLevel.Warning, "The ledger still cannot be written, {Unsaved} rows wait: {Problem}")]
        public static partial void StillFailing(ILogger logger, long unsaved, string problem);

        [LoggerMessage(EventIds.LedgerRecovered, LogLevel.Information, "The ledger takes rows again")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(EventIds.ReservationsFound, LogLevel.Warning, "A process that ended left {Count} attempts unbooked, which are booked now; {Interrupted} of them were running, and are booked at what was reserved for them")]
        public static partial void Found(ILogger logger, int count, int interrupted);

        [LoggerMessage(EventIds.ReservationsNotOpen, LogLevel.Error, "{Problem}")]
        public static partial void NotOpen(ILogger logger, string problem);

        [LoggerMessage(EventIds.ReservationKept, LogLevel.Error, "The place of a booked row could not be given back")]
        public static partial void PlaceKept(ILogger logger, Exception failure);

        [LoggerMessage(EventIds.LedgerKept, LogLevel.Error, "The ledger could not be written before the stop; {Count} rows are kept with the reservations, and booked at the next start")]
        public static partial void Kept(ILogger logger, int count);

        [LoggerMessage(EventIds.LedgerLost, LogLevel.Critical,
            "Not booked, because the ledger could not be written before the stop: request {RequestId} attempt {Attempt} of tenant {Tenant}, {Provider}/{Model}, {InputTokens}+{OutputTokens} tokens, {Cost} USD")]
        public static partial void Lost(ILogger logger, string requestId, int attempt, string tenant, string provider, string model, long inputTokens, long outputTokens, string? cost);
    }
}
