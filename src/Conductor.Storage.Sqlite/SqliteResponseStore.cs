using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>Answers that callers go on from, in the SQLite file of the ledger. One connection writes; every read has its own. Thread-safe.</summary>
public sealed class SqliteResponseStore : IResponseStore, IAsyncDisposable, IDisposable
{
    private const string Columns =
        "response_id AS Id, tenant_id AS TenantId, previous_id AS PreviousId, created_at_us AS CreatedAtUs, expires_at_us AS ExpiresAtUs, input AS Input, body AS Body";

    private const string FindOne = $"SELECT {Columns} FROM responses WHERE tenant_id = @tenantId AND response_id = @id AND expires_at_us > @now";

    private const string FindItem =
        $"""
        SELECT {Columns} FROM responses
        WHERE id = (SELECT response FROM response_items WHERE tenant_id = @tenantId AND item_id = @itemId) AND tenant_id = @tenantId AND expires_at_us > @now
        """;

    private const string Items = "SELECT item_id FROM response_items WHERE response = (SELECT id FROM responses WHERE tenant_id = @tenantId AND response_id = @id) ORDER BY item_id";

    private const string Insert =
        """
        INSERT INTO responses (tenant_id, response_id, previous_id, created_at_us, expires_at_us, input, body, size)
        VALUES (@TenantId, @Id, @PreviousId, @CreatedAtUs, @ExpiresAtUs, @Input, @Body, @Size)
        RETURNING id
        """;

    private const string Evict = "DELETE FROM responses WHERE id IN (SELECT id FROM responses WHERE tenant_id = @tenantId AND id <> @keep ORDER BY id LIMIT @count)";

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writing;
    private SqliteConnection? _writer;
    private bool _isDisposed;

    /// <param name="path">The database file; it and its folder are made when they are missing.</param>
    /// <param name="time">The clock; the system's where null.</param>
    public SqliteResponseStore(string path, TimeProvider? time = null)
        : this(new SqliteDatabase(path, Migration.All, time ?? TimeProvider.System), time ?? TimeProvider.System)
    {
    }

    internal SqliteResponseStore(SqliteDatabase database, TimeProvider time)
    {
        _database = database;
        _writing = database.Writing;
        _time = time;
    }

    /// <inheritdoc/>
    public async Task<bool> SaveAsync(StoredResponse response, long maxTenantBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.Size > maxTenantBytes)
        {
            return false;
        }

        await WriteAsync(
            writer =>
            {
                writer.Execute("DELETE FROM responses WHERE expires_at_us <= @now OR (tenant_id = @TenantId AND response_id = @Id)", new { now = Microseconds(_time.GetUtcNow()), response.TenantId, response.Id });
                var row = writer.ExecuteScalar<long>(Insert, new
                {
                    response.TenantId,
                    response.Id,
                    response.PreviousId,
                    CreatedAtUs = Microseconds(response.CreatedAt),
                    ExpiresAtUs = Microseconds(response.ExpiresAt),
                    Input = response.Input.ToArray(),
                    Body = response.Body.ToArray(),
                    response.Size,
                });
                foreach (var itemId in response.ItemIds)
                {
                    writer.Execute("INSERT OR REPLACE INTO response_items (tenant_id, item_id, response) VALUES (@TenantId, @itemId, @row)", new { response.TenantId, itemId, row });
                }

                // In doubling steps: one as a rule, few where the limit was lowered.
                var count = 1;
                while (writer.ExecuteScalar<long>("SELECT bytes FROM response_sizes WHERE tenant_id = @TenantId", new { response.TenantId }) > maxTenantBytes)
                {
                    writer.Execute(Evict, new { tenantId = response.TenantId, keep = row, count });
                    count = Math.Min(count * 2, 1024);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public Task<StoredResponse?> FindAsync(string tenantId, string id, CancellationToken cancellationToken) =>
        ReadAsync(FindOne, new { tenantId, id, now = Microseconds(_time.GetUtcNow()) }, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredResponse?> FindByItemAsync(string tenantId, string itemId, CancellationToken cancellationToken) =>
        ReadAsync(FindItem, new { tenantId, itemId, now = Microseconds(_time.GetUtcNow()) }, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string tenantId, string id, CancellationToken cancellationToken) => WriteAsync(
        writer => writer.Execute("DELETE FROM responses WHERE tenant_id = @tenantId AND response_id = @id AND expires_at_us > @now", new { tenantId, id, now = Microseconds(_time.GetUtcNow()) }) > 0,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Wait();
        Close();
    }

    private void Close()
    {
        _isDisposed = true;
        CloseWriter();
        _writing.Release();
    }

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_writer is not null && !File.Exists(_database.FilePath))
            {
                CloseWriter(); // the file was deleted: what is written to it now would be gone with the last handle
            }

            _writer ??= _database.Open();
            _writer.Execute("BEGIN IMMEDIATE"); // the lock first: a transaction that begins by reading can fail at its first write without having waited
            var result = write(_writer);
            _writer.Execute("COMMIT");
            return result;
        }
        catch (SqliteException failure)
        {
            CloseWriter(); // closing rolls back, whatever state the transaction is in
            throw SqliteErrors.ToStorage(failure, _database.FilePath);
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

    private void CloseWriter()
    {
        var writer = _writer;
        _writer = null;
        writer?.Dispose();
    }

    private async Task<StoredResponse?> ReadAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = _database.Open();
            var record = await connection.QueryFirstOrDefaultAsync<ResponseRecord>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false);
            if (record is null)
            {
                return null;
            }

            var items = await connection.QueryAsync<string>(new CommandDefinition(Items, new { tenantId = record.TenantId, id = record.Id }, cancellationToken: cancellationToken)).ConfigureAwait(false);
            return record.ToResponse([.. items]);
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.ToStorage(failure, _database.FilePath);
        }
    }

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>A row as the table gives it, for Dapper.</summary>
    private sealed class ResponseRecord
    {
        public string Id { get; set; } = "";
        public string TenantId { get; set; } = "";
        public string? PreviousId { get; set; }
        public long CreatedAtUs { get; set; }
        public long ExpiresAtUs { get; set; }
        public byte[] Input { get; set; } = [];
        public byte[] Body { get; set; } = [];

        public StoredResponse ToResponse(IReadOnlyList<string> itemIds) => new()
        {
            Id = Id,
            TenantId = TenantId,
            PreviousId = PreviousId,
            CreatedAt = Time(CreatedAtUs),
            ExpiresAt = Time(ExpiresAtUs),
            Input = Input,
            Body = Body,
            ItemIds = itemIds,
        };

        private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
