using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>Idempotency keys and their answers, in the SQLite file of the ledger. Thread-safe.</summary>
public sealed class SqliteIdempotencyStore : IIdempotencyStore, IAsyncDisposable
{
    // Expired rows leave with every write, a few at a time: no request waits for a day's worth of them.
    private const int SweptAtOnce = 64;

    private const string Find =
        """
        SELECT tenant_id AS TenantId, idempotency_key AS Key, owner AS Owner, request_id AS RequestId, created_at_us AS CreatedAtUs, expires_at_us AS ExpiresAtUs,
               request AS Request, state AS State, status AS Status, headers AS Headers, body AS Body
        FROM idempotency WHERE tenant_id = @TenantId AND idempotency_key = @Key
        """;

    private const string Insert =
        """
        INSERT INTO idempotency (tenant_id, idempotency_key, owner, request_id, created_at_us, expires_at_us, request, state, status, headers, body, size)
        VALUES (@TenantId, @Key, @Owner, @RequestId, @CreatedAtUs, @ExpiresAtUs, @Request, @State, @Status, @Headers, @Body, @Size)
        """;

    private const string Update =
        """
        UPDATE idempotency SET expires_at_us = @ExpiresAtUs, state = @State, status = @Status, headers = @Headers, body = @Body, size = @Size
        WHERE tenant_id = @TenantId AND idempotency_key = @Key AND owner = @Owner AND state = 0
        """;

    private const string Evict =
        "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE tenant_id = @tenantId AND state <> 0 ORDER BY id LIMIT @count)";

    private const string Expire = "DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE expires_at_us <= @now ORDER BY expires_at_us LIMIT @count)";

    private readonly GroupWriter _writer;
    private readonly TimeProvider _time;

    /// <param name="path">The database file; it and its folder are made when they are missing.</param>
    /// <param name="time">The clock; the system's where null.</param>
    public SqliteIdempotencyStore(string path, TimeProvider? time = null)
        : this(new SqliteDatabase(path, Migration.All, time ?? TimeProvider.System), time ?? TimeProvider.System)
    {
    }

    internal SqliteIdempotencyStore(SqliteDatabase database, TimeProvider time)
    {
        _writer = new GroupWriter(database);
        _time = time;
    }

    /// <inheritdoc/>
    public Task<IdempotencyRecord?> BeginAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _writer.WriteAsync(
            connection =>
            {
                Sweep(connection);
                connection.Execute("DELETE FROM idempotency WHERE tenant_id = @TenantId AND idempotency_key = @Key AND expires_at_us <= @now", new { record.TenantId, record.Key, now = Now });
                if (connection.QueryFirstOrDefault<Row>(Find, new { record.TenantId, record.Key }) is { } known)
                {
                    return known.ToRecord();
                }

                connection.Execute(Insert, Row.From(record));
                return null;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> CompleteAsync(IdempotencyRecord record, long maxTenantBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _writer.WriteAsync(
            connection =>
            {
                Sweep(connection);
                return connection.Execute(Update, Row.From(record)) == 0 ? 0 : MakeRoom(connection, record.TenantId, maxTenantBytes);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task ForgetAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _writer.WriteAsync(
            connection => connection.Execute(
                "DELETE FROM idempotency WHERE tenant_id = @TenantId AND idempotency_key = @Key AND owner = @Owner AND state = 0", new { record.TenantId, record.Key, record.Owner }),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var swept = 0;
        int now;
        do
        {
            now = await _writer.WriteAsync(Sweep, cancellationToken).ConfigureAwait(false);
            swept += now;
        }
        while (now == SweptAtOnce);

        return swept;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private long Now => Microseconds(_time.GetUtcNow());

    private int Sweep(SqliteConnection connection) => connection.Execute(Expire, new { now = Now, count = SweptAtOnce });

    // In doubling steps: one as a rule, few where the limit was lowered.
    private static int MakeRoom(SqliteConnection connection, string tenantId, long maxTenantBytes)
    {
        var (left, count) = (0, 1);
        while (connection.ExecuteScalar<long>("SELECT bytes FROM idempotency_sizes WHERE tenant_id = @tenantId", new { tenantId }) > maxTenantBytes)
        {
            var gone = connection.Execute(Evict, new { tenantId, count });
            if (gone == 0)
            {
                break; // what is left runs
            }

            left += gone;
            count = Math.Min(count * 2, 1024);
        }

        return left;
    }

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>A row as the table gives and takes it, for Dapper.</summary>
    private sealed class Row
    {
        public string TenantId { get; set; } = "";
        public string Key { get; set; } = "";
        public string Owner { get; set; } = "";
        public string RequestId { get; set; } = "";
        public long CreatedAtUs { get; set; }
        public long ExpiresAtUs { get; set; }
        public byte[] Request { get; set; } = [];
        public long State { get; set; }
        public long Status { get; set; }
        public byte[] Headers { get; set; } = [];
        public byte[] Body { get; set; } = [];
        public long Size { get; set; }

        public static Row From(IdempotencyRecord record) => new()
        {
            TenantId = record.TenantId,
            Key = record.Key,
            Owner = record.Owner,
            RequestId = record.RequestId,
            CreatedAtUs = Microseconds(record.CreatedAt),
            ExpiresAtUs = Microseconds(record.ExpiresAt),
            Request = record.Request.ToArray(),
            State = (long)record.State,
            Status = record.Status,
            Headers = record.Headers.ToArray(),
            Body = record.Body.ToArray(),
            Size = record.Size,
        };

        public IdempotencyRecord ToRecord() => new()
        {
            TenantId = TenantId,
            Key = Key,
            Owner = Owner,
            RequestId = RequestId,
            CreatedAt = Time(CreatedAtUs),
            ExpiresAt = Time(ExpiresAtUs),
            Request = Request,
            State = (IdempotencyState)State,
            Status = (int)Status,
            Headers = Headers,
            Body = Body,
        };
    }
}
