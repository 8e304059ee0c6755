using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>The statements that write the ledger, on one connection. One thread at a time.</summary>
internal sealed class LedgerInsert(SqliteConnection connection) : IDisposable
{
    private const string RowSql =
        """
        INSERT INTO ledger (request_id, attempt, tenant_id, key_id, operation, provider, model, upstream_request_id, started_at_us, duration_us, status, error_code,
            input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, usage_estimated, usage_suspect,
            cost_nano_usd, cost_nano_usd_upper, cost_status, price_version, call_id,
            cache_write_hour_tokens, audio_input_tokens, image_input_tokens, embedding_tokens, audio_output_tokens, image_output_tokens,
            reserved_nano_usd, reserved_nano_usd_upper)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (call_id, attempt) DO NOTHING
        """;

    private const string ReserveSql =
        """
        INSERT INTO ledger_reservations (call_id, attempt, request_id, tenant_id, key_id, operation, provider, model, started_at_us, input_tokens, output_tokens,
            reserved_nano_usd, reserved_nano_usd_upper, price_version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (call_id, attempt) DO NOTHING
        """;

    private const string SettleSql = "DELETE FROM ledger_reservations WHERE call_id = ? AND attempt = ?";

    private readonly SqlStatement _row = new(connection, RowSql);
    private readonly SqlStatement _reserve = new(connection, ReserveSql);
    private readonly SqlStatement _settle = new(connection, SettleSql);

    /// <summary>Writes a row, unless it is already there.</summary>
    /// <exception cref="SqliteException">The row could not be written.</exception>
    public void Row(LedgerRow row)
    {
        var usage = row.Usage;
        _row.Bind(row.RequestId).Bind(row.Attempt).Bind(row.TenantId).Bind(row.KeyId).Bind(row.Operation).Bind(row.Provider).Bind(row.Model).Bind(row.UpstreamRequestId)
            .Bind(LedgerTime.Of(row.StartedAt)).Bind(row.Duration.Ticks / TimeSpan.TicksPerMicrosecond).Bind(LedgerNames.Of(row.Status)).Bind(row.ErrorCode)
            .Bind(usage.InputTokens).Bind(usage.CachedInputTokens).Bind(usage.CacheWriteTokens).Bind(usage.OutputTokens).Bind(usage.ReasoningTokens)
            .Bind(usage.IsEstimated ? 1 : 0).Bind(usage.IsSuspect ? 1 : 0)
            .Bind(row.Cost?.Value).Bind(LedgerNames.Of(row.CostStatus)).Bind(row.PriceVersion).Bind(row.CallId)
            .Bind(usage.CacheWriteHourTokens).Bind(usage.AudioInputTokens).Bind(usage.ImageInputTokens).Bind(usage.EmbeddingTokens)
            .Bind(usage.AudioOutputTokens).Bind(usage.ImageOutputTokens)
            .Bind(row.Reserved?.Value)
            .Run();
    }

    /// <summary>Writes a reservation, unless it is already there.</summary>
    public void Reserve(LedgerRow row) => _reserve
        .Bind(row.CallId).Bind(row.Attempt).Bind(row.RequestId).Bind(row.TenantId).Bind(row.KeyId).Bind(row.Operation).Bind(row.Provider).Bind(row.Model)
        .Bind(LedgerTime.Of(row.StartedAt)).Bind(row.Usage.InputTokens).Bind(row.Usage.OutputTokens).Bind(row.Reserved?.Value).Bind(row.PriceVersion)
        .Run();

    /// <summary>Takes a reservation out, where there is one.</summary>
    public void Settle(LedgerRow row) => _settle.Bind(row.CallId).Bind(row.Attempt).Run();

    public void Dispose()
    {
        _row.Dispose();
        _reserve.Dispose();
        _settle.Dispose();
    }
}
