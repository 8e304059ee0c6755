using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>One database file: how it is opened, and that its schema is ours.</summary>
/// <remarks>
/// Connections are not pooled: a pooled one would go on writing into a file that was moved away. WAL, so that readers and the writer do not wait for
/// each other. `synchronous=FULL`: a commit is on the disk when it returns, so a row that was reported as booked survives a power cut; group commit
/// in the writer makes that at most fifty syncs a second. Another process's lock is waited for <see cref="BusyTimeout"/> and then reported.
/// </remarks>
internal sealed class SqliteDatabase
{
    // A damaged page is found at start in a file up to this size (about 0.1 s); in a larger one when it is read.
    private const long MaxCheckedBytes = 64L * 1024 * 1024;

    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(1);

    // A file has one lock for writing, and whoever waits for it gets it by chance or not at all. Those of this process wait for each other here instead, in their order.
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Turns = new(StringComparer.Ordinal);

    private readonly string _connectionString;
    private readonly IReadOnlyList<Migration> _migrations;
    private readonly TimeProvider _time;
    private readonly Action<SqliteConnection>? _configure;
    private readonly Lock _gate = new();
    private bool _isReady;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <param name="path">The file; it and its folder are made when they are missing.</param>
    /// <param name="migrations">The schema.</param>
    /// <param name="time">The clock of the schema's entries.</param>
    /// <param name="configure">Run on every new connection; for tests that need a small disk or a read-only one.</param>
    public SqliteDatabase(string path, IReadOnlyList<Migration> migrations, TimeProvider time, Action<SqliteConnection>? configure = null)
    {
        FilePath = Path.GetFullPath(path);
        Writing = Turns.GetOrAdd(FilePath, static _ => new SemaphoreSlim(1, 1));
        _migrations = migrations;
        _time = time;
        _configure = configure;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = FilePath,
            Pooling = false,
            DefaultTimeout = (int)BusyTimeout.TotalSeconds,
        }.ToString();
    }

    public string FilePath { get; }

    /// <summary>The turn to write to the file, for all stores of this process. Whoever begins a transaction holds it until the end.</summary>
    public SemaphoreSlim Writing { get; }

    /// <summary>Opens a connection; the first time, checks the file and brings its schema up to date.</summary>
    /// <exception cref="StorageException">The file cannot be opened, is damaged, or is of a newer schema.</exception>
    public SqliteConnection Open()
    {
        try
        {
            lock (_gate)
            {
                if (!_isReady || !File.Exists(FilePath)) // moved away while running: begin a new one, rather than write into the void
                {
                    Prepare();
                    _isReady = true;
                }
            }

            return Connect();
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.ToStorage(failure, FilePath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The folder of the database '{FilePath}' cannot be made: {failure.Message}", failure);
        }
    }

    private void Prepare()
    {
        PrivateFolder.Create(Path.GetDirectoryName(FilePath)!);
        using var connection = Connect();
        Migrator.Apply(connection, _migrations, _time);
        if (new FileInfo(FilePath).Length <= MaxCheckedBytes && connection.ExecuteScalar<string>("PRAGMA quick_check(1)") is { } verdict and not "ok")
        {
            throw new StorageException(
                $"The database '{FilePath}' is damaged ({verdict.ReplaceLineEndings(" ")}). Restore it from a backup, or move it and its -wal and -shm files away to begin a new one.");
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {(int)BusyTimeout.TotalMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
            _configure?.Invoke(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
