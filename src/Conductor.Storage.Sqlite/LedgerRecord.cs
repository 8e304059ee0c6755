using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage.Sqlite;

/// <summary>A ledger row as the table gives it, for Dapper.</summary>
internal sealed class LedgerRecord
{
    public string RequestId { get; set; } = "";
    public string CallId { get; set; } = "";
    public int Attempt { get; set; }
    public string TenantId { get; set; } = "";
    public string? KeyId { get; set; }
    public string Operation { get; set; } = "";
    public string Provider { get; set; } = "";
    public string Model { get; set; } = "";
    public string? UpstreamRequestId { get; set; }
    public long StartedAtUs { get; set; }
    public long DurationUs { get; set; }
    public string Status { get; set; } = "";
    public string? ErrorCode { get; set; }
    public long InputTokens { get; set; }
    public long CachedInputTokens { get; set; }
    public long CacheWriteTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ReasoningTokens { get; set; }
    public bool UsageEstimated { get; set; }
    public bool UsageSuspect { get; set; }
    public long? CostNanoUsd { get; set; }
    public long? CostNanoUsdUpper { get; set; }
    public string CostStatus { get; set; } = "";
    public string? PriceVersion { get; set; }

    public LedgerRow ToRow() => new()
    {
        RequestId = RequestId,
        CallId = CallId,
        Attempt = Attempt,
        TenantId = TenantId,
        KeyId = KeyId,
        Operation = Operation,
        Provider = Provider,
        Model = Model,
        UpstreamRequestId = UpstreamRequestId,
        StartedAt = DateTimeOffset.UnixEpoch.AddTicks(StartedAtUs * TimeSpan.TicksPerMicrosecond),
        Duration = TimeSpan.FromTicks(DurationUs * TimeSpan.TicksPerMicrosecond),
        Status = Enum.Parse<AttemptStatus>(Status, ignoreCase: true),
        ErrorCode = ErrorCode,
        Usage = new TokenUsage
        {
            InputTokens = InputTokens,
            CachedInputTokens = CachedInputTokens,
            CacheWriteTokens = CacheWriteTokens,
            OutputTokens = OutputTokens,
            ReasoningTokens = ReasoningTokens,
            IsEstimated = UsageEstimated,
            IsSuspect = UsageSuspect,
        },
        Cost = CostNanoUsd is { } lower && CostNanoUsdUpper is { } upper ? new NanoUsd(new Int128((ulong)upper, (ulong)lower)) : null,
        CostStatus = Enum.Parse<CostStatus>(CostStatus, ignoreCase: true),
        PriceVersion = PriceVersion,
    };
}
