using Conductor.Calls;
using Conductor.Money;
using Microsoft.Extensions.Logging;

namespace Conductor.Telemetry;

/// <summary>The one line per call, at Information. Its fields are the line's contract: a JSON formatter writes each under this very name.</summary>
/// <param name="logger">The category is this type, so that the line can be switched by itself.</param>
public sealed partial class CallLog(ILogger<CallLog> logger)
{
    /// <summary>Writes the line of a call that has ended.</summary>
    public void Write(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        Ended(
            logger,
            new CallSummary(record),
            record.RequestId,
            record.Tenant,
            record.Model,
            record.BackendModel,
            record.Provider,
            record.Operation,
            record.Start,
            record.End,
            Math.Round(record.Duration.TotalMilliseconds, 3),
            record.Usage.TotalTokens,
            record.Usage.InputTokens,
            record.Usage.OutputTokens,
            Dollars(record.Cost),
            Name(record.CostStatus),
            Name(record.Status),
            record.ErrorCode,
            record.ErrorCategory,
            record.Attempts,
            record.IsCacheHit,
            record.Metadata.Count == 0 ? null : new LogTags(record.Metadata));
    }

    internal static string Name(CallStatus status) => status switch
    {
        CallStatus.Ok => "ok",
        CallStatus.Error => "error",
        _ => "cancelled",
    };

    internal static string Name(CostStatus status) => status switch
    {
        CostStatus.Settled => "settled",
        CostStatus.Estimated => "estimated",
        CostStatus.Released => "released",
        CostStatus.Interrupted => "interrupted",
        _ => "unknown",
    };

    // A decimal, so that it is written as an exact number and not through a double. Beyond a decimal's range there is no such call.
    private static decimal? Dollars(NanoUsd? cost) => cost is { } value && Int128.Abs(value.Value) < (Int128)1e28 ? value.ToUsd() : null;

    // The parameters' names are the fields; all but the summary are structure only (SYSLIB1015 says so and is meant).
#pragma warning disable SYSLIB1015
    [LoggerMessage(EventIds.CallEnded, LogLevel.Information, "{summary}")]
    private static partial void Ended(
        ILogger logger,
        CallSummary summary,
        string request_id,
        string tenant,
        string model,
        string? backend_model,
        string? provider,
        string operation,
        DateTimeOffset start,
        DateTimeOffset end,
        double latency_ms,
        long tokens,
        long input_tokens,
        long output_tokens,
        decimal? cost,
        string cost_status,
        string status,
        string? error_code,
        string? error_category,
        int attempts,
        bool cache_hit,
        LogTags? metadata);
#pragma warning restore SYSLIB1015
}
