using System.Collections.Concurrent;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage;

public sealed class LedgerWriterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly StubStore _store = new();

    [Fact]
    public async Task Append_ManyRowsAtOnce_AreWrittenInFewBatchesInOrder()
    {
        await using var writer = Writer();
        var names = Enumerable.Range(0, 1_000).Select(i => $"req_{i}").ToList();
        _store.Failure = new StorageException("held until all are appended");
        names.ForEach(name => writer.Append(Row(name)));
        await _time.WaitForTimersAsync(1).WaitAsync(Patience);

        _store.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(1));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(names, _store.Rows.Select(row => row.RequestId));
        Assert.InRange(_store.Batches, 2, 3); // at most 512 each; the first may have begun with fewer
        Assert.Equal((0, false), (writer.Unsaved, writer.IsFull));
    }

    [Fact]
    public async Task Append_RowsWithinTheLinger_ShareOneBatch()
    {
        await using var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.FromMilliseconds(20) });
        writer.Append(Row("a"));
        await _time.WaitForTimersAsync(1).WaitAsync(Patience);
        writer.Append(Row("b"));
        Assert.Equal(0, _store.Batches);

        _time.Advance(TimeSpan.FromMilliseconds(20));

        await _store.SawRowsAsync(2).WaitAsync(Patience);
        Assert.Equal(1, _store.Batches);
    }

    [Fact]
    public async Task Flush_WhileItLingers_DoesNotWaitForTheClock()
    {
        await using var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.FromHours(1) });

        for (var i = 0; i < 5; i++)
        {
            writer.Append(Row($"req_{i}"));
            await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);
            Assert.Equal(i + 1, _store.Rows.Count);
        }
    }

    [Fact]
    public async Task Append_StoreFails_RowsStayAndAreTriedAgainInOrderWithoutRestart()
    {
        await using var writer = Writer();
        _store.Failure = new StorageException("The disk is full.");
        writer.Append(Row("a"));
        await _time.WaitForTimersAsync(1).WaitAsync(Patience); // the wait before the second try
        writer.Append(Row("b"));
        Assert.Equal((2, "The disk is full."), (writer.Unsaved, writer.Problem));

        _store.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(1));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(["a", "b"], _store.Rows.Select(row => row.RequestId));
        Assert.Equal((0, null, false), (writer.Unsaved, writer.Problem, writer.IsFull));
    }

    [Fact]
    public async Task Append_StoreFailsAgainAndAgain_WaitsLongerUpToTheLimit()
    {
        await using var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.Zero, FirstRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromSeconds(3) });
        _store.Failure = new StorageException("locked");
        writer.Append(Row("a"));

        foreach (var (wait, tries) in new[] { (1, 2), (2, 3), (3, 4), (3, 5) })
        {
            await _time.WaitForTimersAsync(tries - 1).WaitAsync(Patience);
            _time.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromTicks(1));
            Assert.Equal(tries - 1, _store.Tries);
            _time.Advance(TimeSpan.FromTicks(1));
            await _store.TriedAsync(tries).WaitAsync(Patience);
        }

        _store.Failure = null;
    }

    [Fact]
    public async Task IsFull_BoundReached_ClearsOnceTheRowsAreIn()
    {
        await using var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.Zero, Capacity = 3 });
        _store.Failure = new StorageException("full");
        writer.Append(Row("a"));
        writer.Append(Row("b"));
        Assert.False(writer.IsFull);
        writer.Append(Row("c"));
        Assert.True(writer.IsFull);
        writer.Append(Row("d")); // a call that was already running is booked all the same
        await _time.WaitForTimersAsync(1).WaitAsync(Patience);

        _store.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(10));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.False(writer.IsFull);
        Assert.Equal(4, _store.Rows.Count);
    }

    [Fact]
    public async Task IsFull_FewRowsButTheStoreFailsForLong_IsTrueUntilItWorks()
    {
        await using var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.Zero, LongestFailure = TimeSpan.FromSeconds(60), FirstRetry = TimeSpan.FromSeconds(90), LongestRetry = TimeSpan.FromSeconds(90) });
        _store.Failure = new StorageException("read-only");
        writer.Append(Row("a"));
        await _time.WaitForTimersAsync(1).WaitAsync(Patience);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(writer.IsFull);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(writer.IsFull);

        _store.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(30));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.False(writer.IsFull);
    }

    [Fact]
    public async Task Append_StoreThrowsSomethingElse_IsKeptAllTheSame()
    {
        await using var writer = Writer();
        _store.Failure = new InvalidOperationException("a bug");
        writer.Append(Row("a"));
        await _time.WaitForTimersAsync(1).WaitAsync(Patience);

        _store.Failure = null;
        _time.Advance(TimeSpan.FromSeconds(1));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.Single(_store.Rows);
    }

    [Fact]
    public async Task Dispose_RowsWaiting_WritesThem()
    {
        var writer = Writer(new LedgerWriterOptions { Linger = TimeSpan.FromHours(1) });
        for (var i = 0; i < 2_000; i++)
        {
            writer.Append(Row($"req_{i}"));
        }

        await writer.DisposeAsync().AsTask().WaitAsync(Patience);
        await writer.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(2_000, _store.Rows.Count);
        Assert.Throws<ObjectDisposedException>(() => writer.Append(Row("late")));
        Assert.Equal(0, writer.Unsaved);
    }

    [Fact]
    public async Task Dispose_StoreStillFails_EndsInTimeAndNamesEveryRowThatIsLost()
    {
        var log = new ListLogger();
        var writer = new LedgerWriter(_store, _time, log, options: new LedgerWriterOptions { Linger = TimeSpan.Zero, BatchSize = 2, LongestStop = TimeSpan.FromMilliseconds(50) });
        _store.Failure = new StorageException("full");
        string[] names = ["req_a", "req_b", "req_c", "req_d", "req_e"];
        Array.ForEach(names, name => writer.Append(Row(name)));
        var flush = writer.FlushAsync(CancellationToken.None);

        await writer.DisposeAsync().AsTask().WaitAsync(Patience);

        await Assert.ThrowsAsync<StorageException>(() => flush.WaitAsync(Patience));
        var lost = log.Lines.Where(line => line.Level == LogLevel.Critical).Select(line => line.Text).ToList();
        Assert.Equal(5, lost.Count);
        Assert.All(names, name => Assert.Contains(lost, text => text.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Append_RowThatNoStoreCanTake_IsRefusedAtOnce()
    {
        await using var writer = Writer();

        Assert.Throws<ArgumentException>(() => writer.Append(Row("")));
        Assert.Throws<ArgumentException>(() => writer.Append(Row("a", tenant: "")));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Append(Row("a", attempt: 0)));
        Assert.Equal(0, writer.Unsaved);
    }

    [Fact]
    public async Task Flush_Cancelled_EndsOnlyTheWaiting()
    {
        await using var writer = Writer();
        _store.Failure = new StorageException("locked");
        writer.Append(Row("a"));
        using var leaving = new CancellationTokenSource();
        var flush = writer.FlushAsync(leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(Patience));
        Assert.Equal(1, writer.Unsaved);
        _store.Failure = null;
    }

    [Fact]
    public async Task Append_FromManyThreads_LosesNone()
    {
        await using var writer = Writer();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                writer.Append(Row($"req_{thread}_{i}"));
            }
        })));
        await writer.FlushAsync(CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(4_000, _store.Rows.Select(row => row.RequestId).Distinct().Count());
    }

    private LedgerWriter Writer(LedgerWriterOptions? options = null) =>
        new(_store, _time, NullLogger<LedgerWriter>.Instance, options: options ?? new LedgerWriterOptions { Linger = TimeSpan.Zero });

    private sealed class StubStore : ILedgerStore
    {
        private readonly Lock _gate = new();
        private readonly List<(Func<bool> Reached, TaskCompletionSource Seen)> _waiters = [];
        private readonly List<LedgerRow> _rows = [];
        private volatile Exception? _failure;

        public Exception? Failure
        {
            get => _failure;
            set => _failure = value;
        }

        public int Batches { get; private set; }

        public int Tries { get; private set; }

        public IReadOnlyList<LedgerRow> Rows
        {
            get
            {
                lock (_gate)
                {
                    return [.. _rows];
                }
            }
        }

        public Task SawRowsAsync(int count) => WaitAsync(() => _rows.Count >= count);

        public Task TriedAsync(int count) => WaitAsync(() => Tries >= count);

        public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken)
        {
            Exception? failure;
            lock (_gate)
            {
                Tries++;
                failure = _failure;
                if (failure is null)
                {
                    _rows.AddRange(rows);
                    Batches++;
                }

                foreach (var (_, seen) in _waiters.Where(waiter => waiter.Reached()))
                {
                    seen.TrySetResult();
                }
            }

            return failure is not null ? Task.FromException(failure) : Task.CompletedTask;
        }

        public Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task WaitAsync(Func<bool> reached)
        {
            lock (_gate)
            {
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (reached())
                {
                    seen.SetResult();
                }

                _waiters.Add((reached, seen));
                return seen.Task;
            }
        }
    }

    private sealed class ListLogger : ILogger<LedgerWriter>
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
