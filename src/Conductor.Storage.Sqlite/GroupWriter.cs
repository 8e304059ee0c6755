using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>One writing connection. What waits for its turn is done in one transaction, so that many small writes at once share one sync of the disk. Thread-safe.</summary>
/// <param name="database">The file.</param>
internal sealed class GroupWriter(SqliteDatabase database) : IAsyncDisposable
{
    // A transaction holds the file's one write lock, and the ledger wants it too.
    private const int MostAtOnce = 256;

    private readonly ConcurrentQueue<Work> _waiting = new();
    private readonly SemaphoreSlim _turn = database.Writing;
    private SqliteConnection? _connection;
    private bool _isDisposed;

    /// <summary>Runs a piece of work inside a transaction; when this returns it is on the disk.</summary>
    /// <exception cref="StorageException">The store is full, locked or damaged: of the transaction nothing was done.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        var work = new Work<T>(write);
        _waiting.Enqueue(work);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!work.Task.IsCompleted)
            {
                Commit(Take());
            }
        }
        finally
        {
            _turn.Release();
        }

        return await work.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _isDisposed = true;
        Close();
        _turn.Release();
    }

    private List<Work> Take()
    {
        var taken = new List<Work>();
        while (taken.Count < MostAtOnce && _waiting.TryDequeue(out var work))
        {
            taken.Add(work);
        }

        return taken;
    }

    private void Commit(List<Work> works)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connection is not null && !File.Exists(database.FilePath))
            {
                Close(); // the file was deleted: what is written to it now would be gone with the last handle
            }

            _connection ??= database.Open();
            _connection.Execute("BEGIN IMMEDIATE"); // the lock first: a transaction that begins by reading can fail at its first write without having waited
            works.ForEach(work => work.Run(_connection));
            _connection.Execute("COMMIT");
            works.ForEach(work => work.Succeed());
        }
#pragma warning disable CA1031 // boundary: whatever it was, those who wait are told, and the connection begins anew
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Close(); // closing rolls back, whatever state the transaction is in
            var told = failure is SqliteException sqlite ? SqliteErrors.ToStorage(sqlite, database.FilePath) : failure;
            works.ForEach(work => work.Fail(told));
        }
    }

    private void Close()
    {
        var connection = _connection;
        _connection = null;
        connection?.Dispose();
    }

    private abstract class Work
    {
        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> write) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Task => _done.Task;

        public override void Run(SqliteConnection connection) => _result = write(connection);

        public override void Succeed() => _done.TrySetResult(_result);

        public override void Fail(Exception failure) => _done.TrySetException(failure);
    }
}
