using System.Runtime.CompilerServices;
using Conductor.Money;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>The ledger in an SQLite file. One connection writes; every read has its own. Thread-safe, and other processes may read the file meanwhile.</summary>
public sealed partial class SqliteLedgerStore : ILedgerStore, ILedgerReserves, IBalanceReader, IAsyncDisposable, IDisposable
{
    private const string Columns =
        """
        request_id AS RequestId, call_id AS CallId, attempt AS Attempt, tenant_id AS TenantId, key_id AS KeyId, operation AS Operation, provider AS Provider, model AS Model,
            upstream_request_id AS UpstreamRequestId, started_at_us AS StartedAtUs, duration_us AS DurationUs, status AS Status, error_code AS ErrorCode,
            input_tokens AS InputTokens, cached_input_tokens AS CachedInputTokens, cache_write_tokens AS CacheWriteTokens, cache_write_hour_tokens AS CacheWriteHourTokens,
            audio_input_tokens AS AudioInputTokens, image_input_tokens AS ImageInputTokens, embedding_tokens AS EmbeddingTokens, output_tokens AS OutputTokens,
            reasoning_tokens AS ReasoningTokens, audio_output_tokens AS AudioOutputTokens, image_output_tokens AS ImageOutputTokens,
            usage_estimated AS UsageEstimated, usage_suspect AS UsageSuspect, cost_nano_usd AS CostNanoUsd, cost_nano_usd_upper AS CostNanoUsdUpper,
            cost_status AS CostStatus, price_version AS PriceVersion, reserved_nano_usd AS ReservedNanoUsd, reserved_nano_usd_upper AS ReservedNanoUsdUpper
        """;

    private const string Find = $"SELECT {Columns} FROM ledger WHERE tenant_id = @tenantId AND request_id = @requestId ORDER BY call_id, attempt";

    private const string Scan = $"SELECT id AS Id, {Columns} FROM ledger WHERE id > @after ORDER BY id LIMIT @most";

    private const string Reserved =
        """
        SELECT request_id AS RequestId, call_id AS CallId, attempt AS Attempt, tenant_id AS TenantId, key_id AS KeyId, operation AS Operation, provider AS Provider, model AS Model,
            started_at_us AS StartedAtUs, 'running' AS Status, input_tokens AS InputTokens, output_tokens AS OutputTokens, 1 AS UsageEstimated, 'interrupted' AS CostStatus,
            price_version AS PriceVersion, reserved_nano_usd AS ReservedNanoUsd, reserved_nano_usd_upper AS ReservedNanoUsdUpper
        FROM ledger_reservations
        ORDER BY call_id, attempt
        """;

    // Sums of 32-bit pieces: SQLite's SUM fails beyond 64 bits, and a real number would lose nano-dollars. Put together again in C#.
    private const string Totals =
        """
        SELECT COALESCE(SUM(requests), 0) AS Requests,
            COALESCE(SUM(attempts), 0) AS Attempts,
            COALESCE(SUM(input_tokens >> 32) + SUM(output_tokens >> 32), 0) AS TokensUpper,
            COALESCE(SUM(input_tokens & 4294967295) + SUM(output_tokens & 4294967295), 0) AS TokensLower,
            COALESCE(SUM(cost_nano_usd_upper), 0) AS CostUpper,
            COALESCE(SUM((cost_nano_usd >> 32) & 4294967295), 0) AS CostMiddle,
            COALESCE(SUM(cost_nano_usd & 4294967295), 0) AS CostLower
        FROM (
            SELECT attempt = 1 AS requests, 1 AS attempts, input_tokens, output_tokens, cost_nano_usd, cost_nano_usd_upper FROM ledger
            WHERE @withRows
            UNION ALL
            SELECT requests, attempts, input_tokens, output_tokens, cost_nano_usd, cost_nano_usd_upper FROM ledger_days)
        """;

    private readonly SqliteDatabase _database;
    private readonly SemaphoreSlim _writing;
    private SqliteConnection? _writer;
    private LedgerInsert? _insert;
    private volatile bool _hasReserves;
    private bool _isDisposed;

    /// <param name="path">The database file; it and its folder are made when they are missing.</param>
    /// <param name="time">The clock; the system's where null.</param>
    public SqliteLedgerStore(string path, TimeProvider? time = null)
        : this(new SqliteDatabase(path, Migration.All, time ?? TimeProvider.System))
    {
    }

    internal SqliteLedgerStore(SqliteDatabase database) => (_database, _writing) = (database, database.Writing);

    /// <summary>The database file.</summary>
    public string FilePath => _database.FilePath;

    /// <summary>Opens the file now rather than at the first use: makes it, checks it, brings its schema up to date.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says why and what to do.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Writer();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return WriteAsync(insert =>
        {
            foreach (var row in rows)
            {
                insert.Row(row);
                if (_hasReserves)
                {
                    insert.Settle(row);
                }
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task ReserveAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        _hasReserves = true; // before the first of them can be settled
        return WriteAsync(insert =>
        {
            foreach (var row in rows)
            {
                insert.Reserve(row);
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LedgerRow>> ReservedAsync(CancellationToken cancellationToken)
    {
        var records = await ReadAsync(connection => connection.QueryAsync<LedgerRecord>(new CommandDefinition(Reserved, cancellationToken: cancellationToken))).ConfigureAwait(false);
        IReadOnlyList<LedgerRow> rows = [.. records.Select(record => LedgerRow.Interrupted(record.ToRow()))];
        _hasReserves |= rows.Count > 0;
        return rows;
    }

    /// <summary>All rows in the order in which they were written, read in pieces.</summary>
    public async IAsyncEnumerable<LedgerRow> AllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int Most = 10_000;
        var after = 0L;
        while (true)
        {
            var records = (await ReadAsync(connection =>
                connection.QueryAsync<LedgerRecord>(new CommandDefinition(Scan, new { after, most = Most }, cancellationToken: cancellationToken))).ConfigureAwait(false)).AsList();
            foreach (var record in records)
            {
                yield return record.ToRow();
            }

            if (records.Count < Most)
            {
                yield break;
            }

            after = records[^1].Id;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken)
    {
        var records = await ReadAsync(connection =>
            connection.QueryAsync<LedgerRecord>(new CommandDefinition(Find, new { tenantId, requestId }, cancellationToken: cancellationToken))).ConfigureAwait(false);
        return [.. records.Select(record => record.ToRow())];
    }

    /// <inheritdoc/>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        var sums = await ReadAsync(connection => connection.QuerySingleAsync<Sums>(new CommandDefinition(Totals, new { withRows = true }, cancellationToken: cancellationToken))).ConfigureAwait(false);
        return sums.ToTotals();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        _isDisposed = true;
        CloseWriter();
        _writing.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Wait();
        _isDisposed = true;
        CloseWriter();
        _writing.Release();
    }

    private async Task WriteAsync(Action<LedgerInsert> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var writer = Writer();

            // The lock first: a transaction that begins by reading can fail at its first write without having waited.
            writer.Execute("BEGIN IMMEDIATE");
            write(_insert ??= new LedgerInsert(writer));
            writer.Execute("COMMIT");
        }
        catch (SqliteException failure)
        {
            CloseWriter();
            throw SqliteErrors.ToStorage(failure, FilePath);
        }
        catch
        {
            CloseWriter();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private SqliteConnection Writer()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_writer is not null && !File.Exists(FilePath))
        {
            CloseWriter(); // the file was deleted: rows written to it now would be gone with the last handle
        }

        return _writer ??= _database.Open();
    }

    // After any failure: closing rolls back whatever state the transaction is in, and the next batch gets a fresh connection, for the file may have been
    // replaced or the disk mounted anew. SqliteTransaction is not used: after a COMMIT that failed on a full disk its rollback throws again, when it is
    // disposed and once more when the connection is, and the connection stays unusable.
    private void CloseWriter()
    {
        var (insert, writer) = (_insert, _writer);
        (_insert, _writer) = (null, null);
        insert?.Dispose();
        writer?.Dispose();
    }

    private async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read)
    {
        try
        {
            using var connection = _database.Open();
            return await read(connection).ConfigureAwait(false);
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.ToStorage(failure, FilePath);
        }
    }

    private sealed class Sums
    {
        public long Requests { get; set; }
        public long Attempts { get; set; }
        public long TokensUpper { get; set; }
        public long TokensLower { get; set; }
        public long CostUpper { get; set; }
        public long CostMiddle { get; set; }
        public long CostLower { get; set; }

        public LedgerTotals ToTotals()
        {
            var tokens = ((Int128)TokensUpper << 32) + TokensLower;
            var cost = checked(((Int128)CostUpper << 64) + ((Int128)CostMiddle << 32) + CostLower);
            return new LedgerTotals(Requests, Attempts, (long)Int128.Min(tokens, long.MaxValue), new NanoUsd(cost));
        }
    }
}
