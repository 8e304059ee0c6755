using Conductor.Money;
using Dapper;

namespace Conductor.Storage.Sqlite;

/// <content>What was spent, by whom and on which day.</content>
public sealed partial class SqliteLedgerStore
{
    // Sums of 32-bit pieces, as for the totals; rows that were summed by day already count with their sum.
    private const string Spent =
        """
        SELECT started_at_us / 86400000000 AS Day, tenant_id AS TenantId, key_id AS KeyId, operation AS Operation,
            SUM(cost_nano_usd_upper) AS CostUpper, SUM((cost_nano_usd >> 32) & 4294967295) AS CostMiddle, SUM(cost_nano_usd & 4294967295) AS CostLower
        FROM ledger
        WHERE started_at_us >= @from AND started_at_us < @until AND cost_nano_usd IS NOT NULL
        GROUP BY Day, TenantId, KeyId, Operation
        UNION ALL
        SELECT day, tenant_id, NULLIF(key_id, ''), operation,
            SUM(cost_nano_usd_upper), SUM((cost_nano_usd >> 32) & 4294967295), SUM(cost_nano_usd & 4294967295)
        FROM ledger_days
        WHERE day >= @from / 86400000000 AND day * 86400000000 < @until
        GROUP BY day, tenant_id, key_id, operation
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SpentAmount>> SpentAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var sums = await ReadAsync(connection => connection.QueryAsync<SpentRecord>(
            new CommandDefinition(Spent, new { from = Microseconds(from), until = Microseconds(until) }, cancellationToken: cancellationToken))).ConfigureAwait(false);
        return [.. sums.Select(sum => sum.ToAmount())];
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private sealed class SpentRecord
    {
        public long Day { get; set; }
        public string TenantId { get; set; } = "";
        public string? KeyId { get; set; }
        public string Operation { get; set; } = "";
        public long CostUpper { get; set; }
        public long CostMiddle { get; set; }
        public long CostLower { get; set; }

        public SpentAmount ToAmount() => new(
            DateTimeOffset.UnixEpoch.AddDays(Day), TenantId, KeyId, Operation,
            new NanoUsd(checked(((Int128)CostUpper << 64) + ((Int128)CostMiddle << 32) + CostLower)));
    }
}
