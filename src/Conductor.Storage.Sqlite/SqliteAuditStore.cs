using System.Runtime.CompilerServices;
using Conductor.Audit;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>The audit log in the SQLite file of the ledger. Thread-safe; several processes may append.</summary>
public sealed class SqliteAuditStore : IAuditStore, IAsyncDisposable
{
    private const int Piece = 1_000;

    private const string Columns =
        """
        number AS Number, at_us AS AtUs, tenant_id AS TenantId, key_id AS KeyId, role AS Role, action AS Action, object AS Object, object_tenant_id AS ObjectTenantId,
            before_json AS BeforeJson, after_json AS AfterJson, address AS Address, request_id AS RequestId, previous AS Previous, hash AS Hash
        """;

    private const string Insert =
        """
        INSERT INTO audit (number, at_us, tenant_id, key_id, role, action, object, object_tenant_id, before_json, after_json, address, request_id, previous, hash)
        VALUES (@Number, @AtUs, @TenantId, @KeyId, @Role, @Action, @Object, @ObjectTenantId, @BeforeJson, @AfterJson, @Address, @RequestId, @Previous, @Hash)
        """;

    private const string Head = "SELECT number AS Number, hash AS Hash FROM audit_head WHERE id = 1";

    private const string Scan = $"SELECT {Columns} FROM audit WHERE number > @after ORDER BY number LIMIT @most";

    // Prefixes by comparison of their first characters: LIKE would take some of them for wildcards.
    private const string List =
        $"""
        SELECT {Columns} FROM audit
        WHERE (@tenantId IS NULL OR tenant_id = @tenantId OR object_tenant_id = @tenantId)
            AND (@keyId IS NULL OR key_id = @keyId)
            AND (@action IS NULL OR action = @action) AND (@actions IS NULL OR substr(action, 1, length(@actions)) = @actions)
            AND (@of IS NULL OR object = @of) AND (@ofs IS NULL OR substr(object, 1, length(@ofs)) = @ofs)
            AND (@requestId IS NULL OR request_id = @requestId)
            AND (@since IS NULL OR at_us >= @since) AND (@until IS NULL OR at_us < @until)
            AND (@below IS NULL OR number < @below)
        ORDER BY number DESC LIMIT @most
        """;

    private readonly SqliteDatabase _database;
    private readonly GroupWriter _writer;

    /// <param name="path">The database file; it and its folder are made when they are missing.</param>
    /// <param name="time">The clock of the schema's entries; the system's where null.</param>
    public SqliteAuditStore(string path, TimeProvider? time = null)
        : this(new SqliteDatabase(path, Migration.All, time ?? TimeProvider.System))
    {
    }

    internal SqliteAuditStore(SqliteDatabase database) => (_database, _writer) = (database, new GroupWriter(database));

    /// <inheritdoc/>
    public Task<AuditHead> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return _writer.WriteAsync(
            connection =>
            {
                // Under the write lock: another process may have appended since.
                var head = connection.QuerySingle<HeadRecord>(Head).ToHead();
                foreach (var entry in entries)
                {
                    var row = AuditChain.Next(head, entry);
                    connection.Execute(Insert, AuditRecord.From(row));
                    head = new AuditHead(row.Number, row.Hash);
                }

                connection.Execute("UPDATE audit_head SET number = @Number, hash = @Hash WHERE id = 1", new { head.Number, Hash = head.Hash.ToArray() });
                return head;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AuditRow>> ListAsync(AuditFilter filter, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var parameters = new
        {
            tenantId = filter.TenantId,
            keyId = filter.KeyId,
            action = Whole(filter.Action),
            actions = Beginning(filter.Action),
            of = Whole(filter.Object),
            ofs = Beginning(filter.Object),
            requestId = filter.RequestId,
            since = filter.From is { } from ? LedgerTime.Of(from) : (long?)null,
            until = filter.Until is { } until ? LedgerTime.Of(until) : (long?)null,
            below = filter.Before,
            most,
        };
        return await ReadAsync<IReadOnlyList<AuditRow>>(async connection =>
            [.. (await connection.QueryAsync<AuditRecord>(new CommandDefinition(List, parameters, cancellationToken: cancellationToken)).ConfigureAwait(false)).Select(record => record.ToRow())]).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditRow> AllAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var from = after;
            var records = await ReadAsync(async connection =>
                (await connection.QueryAsync<AuditRecord>(new CommandDefinition(Scan, new { after = from, most = Piece }, cancellationToken: cancellationToken)).ConfigureAwait(false)).AsList()).ConfigureAwait(false);
            foreach (var record in records)
            {
                yield return record.ToRow();
            }

            if (records.Count < Piece)
            {
                yield break;
            }

            after = records[^1].Number;
        }
    }

    /// <inheritdoc/>
    public Task<AuditHead> HeadAsync(CancellationToken cancellationToken) => ReadAsync(async connection =>
        (await connection.QuerySingleAsync<HeadRecord>(new CommandDefinition(Head, cancellationToken: cancellationToken)).ConfigureAwait(false)).ToHead());

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private static string? Whole(string? wanted) => wanted?.EndsWith('*') == true ? null : wanted;

    private static string? Beginning(string? wanted) => wanted?.EndsWith('*') == true ? wanted[..^1] : null;

    private async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read)
    {
        try
        {
            using var connection = _database.Open();
            return await read(connection).ConfigureAwait(false);
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.ToStorage(failure, _database.FilePath);
        }
        catch (InvalidOperationException failure)
        {
            throw new StorageException($"The audit log in '{_database.FilePath}' is damaged: {failure.Message}", failure); // its one row of `audit_head` is gone
        }
    }

    private sealed class HeadRecord
    {
        public long Number { get; set; }
        public byte[] Hash { get; set; } = [];

        public AuditHead ToHead() => new(Number, Hash);
    }
}
