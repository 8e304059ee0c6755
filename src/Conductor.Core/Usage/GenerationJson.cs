using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>What became of a request: cost, route, attempts, times; out of its rows in the ledger.</summary>
public static class GenerationJson
{
    /// <summary>Writes one object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="rows">The rows of one request id, by call and attempt; at least one. A caller may have used the id for several calls.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<LedgerRow> rows)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(rows);
        var last = rows[^1];
        var begin = rows.Min(row => row.StartedAt);
        var isUnknown = rows.Any(row => row.CostStatus == CostStatus.Unknown);
        var cost = rows.Aggregate(NanoUsd.Zero, (sum, row) => sum + (row.Cost ?? NanoUsd.Zero));
        json.WriteStartObject();
        json.WriteString("id", last.RequestId);
        json.WriteString("object", "generation");
        json.WriteString("created_at", begin);
        json.WriteString("tenant_id", last.TenantId);
        json.WriteString("key", last.KeyId);
        json.WriteString("operation", last.Operation);
        json.WriteString("status", Name(last.Status));
        json.WriteString("provider", last.Provider);
        json.WriteString("model", last.Model);
        json.WriteNumber("calls", rows.Select(row => row.CallId).Distinct(StringComparer.Ordinal).Count());
        json.WriteStartArray("route");
        foreach (var row in rows)
        {
            json.WriteStringValue($"{row.Provider}/{row.Model}");
        }

        json.WriteEndArray();
        UsageJson.WriteUsd(json, "cost_usd", isUnknown ? null : cost);
        json.WriteString("cost_status", StatusOf(rows, isUnknown));
        UsageJson.Write(json, "usage", rows.Aggregate(TokenUsage.None, (sum, row) => sum + row.Usage));
        json.WriteNumber("total_time_ms", Milliseconds(rows.Max(row => row.StartedAt + row.Duration) - begin));
        json.WriteStartArray("attempts");
        foreach (var row in rows)
        {
            Write(json, row);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LedgerRow row)
    {
        json.WriteStartObject();
        json.WriteString("call_id", row.CallId);
        json.WriteNumber("attempt", row.Attempt);
        json.WriteString("provider", row.Provider);
        json.WriteString("model", row.Model);
        json.WriteString("status", Name(row.Status));
        json.WriteString("error_code", row.ErrorCode);
        json.WriteString("upstream_request_id", row.UpstreamRequestId);
        json.WriteString("started_at", row.StartedAt);
        json.WriteNumber("duration_ms", Milliseconds(row.Duration));
        UsageJson.Write(json, "usage", row.Usage);
        json.WriteBoolean("usage_estimated", row.Usage.IsEstimated);
        json.WriteBoolean("usage_suspect", row.Usage.IsSuspect);
        UsageJson.WriteUsd(json, "cost_usd", row.Cost);
        json.WriteString("cost_status", UsageJson.Name(row.CostStatus));
        UsageJson.WriteUsd(json, "reserved_usd", row.Reserved);
        json.WriteString("price_version", row.PriceVersion);
        json.WriteEndObject();
    }

    private static string StatusOf(IReadOnlyList<LedgerRow> rows, bool isUnknown) =>
        isUnknown ? "unknown"
        : rows.Any(row => row.CostStatus == CostStatus.Interrupted) ? "interrupted"
        : rows.Any(row => row.CostStatus == CostStatus.Estimated) ? "estimated"
        : rows.Any(row => row.CostStatus == CostStatus.Settled) ? "settled" : "released";

    private static string Name(AttemptStatus status) => status switch
    {
        AttemptStatus.Succeeded => "succeeded",
        AttemptStatus.Failed => "failed",
        AttemptStatus.Cancelled => "cancelled",
        _ => "running",
    };

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
