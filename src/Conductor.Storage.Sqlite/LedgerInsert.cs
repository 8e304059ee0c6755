using Conductor.Calls;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Conductor.Storage.Sqlite;

/// <summary>
/// The one statement that runs for every attempt, prepared once per connection and bound by position. Through Dapper a row took 20 us of processor time,
/// this way 4 (batches of 512): the rest was looking parameters up by name. One thread at a time.
/// </summary>
internal sealed class LedgerInsert : IDisposable
{
    private const string Sql =
        """
        INSERT INTO ledger (request_id, attempt, tenant_id, key_id, operation, provider, model, upstream_request_id, started_at_us, duration_us, status, error_code,
            input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, usage_estimated, usage_suspect,
            cost_nano_usd, cost_nano_usd_upper, cost_status, price_version, call_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (call_id, attempt) DO NOTHING
        """;

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public LedgerInsert(SqliteConnection connection)
    {
        _connection = connection.Handle ?? throw new ArgumentException("The connection is not open.", nameof(connection));
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_connection, Sql, out _statement!), _connection);
    }

    /// <exception cref="SqliteException">The row could not be written.</exception>
    public void Run(LedgerRow row)
    {
        var usage = row.Usage;
        Bind(1, row.RequestId);
        Bind(2, row.Attempt);
        Bind(3, row.TenantId);
        Bind(4, row.KeyId);
        Bind(5, row.Operation);
        Bind(6, row.Provider);
        Bind(7, row.Model);
        Bind(8, row.UpstreamRequestId);
        Bind(9, (row.StartedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Bind(10, row.Duration.Ticks / TimeSpan.TicksPerMicrosecond);
        Bind(11, LedgerNames.Of(row.Status));
        Bind(12, row.ErrorCode);
        Bind(13, usage.InputTokens);
        Bind(14, usage.CachedInputTokens);
        Bind(15, usage.CacheWriteTokens);
        Bind(16, usage.OutputTokens);
        Bind(17, usage.ReasoningTokens);
        Bind(18, usage.IsEstimated ? 1 : 0);
        Bind(19, usage.IsSuspect ? 1 : 0);
        Bind(20, row.Cost is { } cost ? unchecked((long)cost.Value) : null);
        Bind(21, row.Cost is { } same ? (long)(same.Value >> 64) : null);
        Bind(22, LedgerNames.Of(row.CostStatus));
        Bind(23, row.PriceVersion);
        Bind(24, row.CallId);
        var result = raw.sqlite3_step(_statement);
        var reset = raw.sqlite3_reset(_statement); // gives the same error again, and frees the statement for the next row
        Check(result is raw.SQLITE_DONE or raw.SQLITE_ROW ? reset : result);
    }

    public void Dispose() => _statement.Dispose();

    private void Bind(int position, string? text) =>
        Check(text is null ? raw.sqlite3_bind_null(_statement, position) : raw.sqlite3_bind_text(_statement, position, text));

    private void Bind(int position, long? number) =>
        Check(number is { } value ? raw.sqlite3_bind_int64(_statement, position, value) : raw.sqlite3_bind_null(_statement, position));

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, _connection);
        }
    }
}
