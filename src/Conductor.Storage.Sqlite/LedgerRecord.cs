using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage.Sqlite;

/// <summary>A ledger row as the table gives it, for Dapper.</summary>
internal sealed class LedgerRecord
{
    public long Id { get; set; }
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
    public long CacheWriteHourTokens { get; set; }
    public long AudioInputTokens { get; set; }
    public long ImageInputTokens { get; set; }
    public long EmbeddingTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ReasoningTokens { get; set; }
    public long AudioOutputTokens { get; set; }
    public long ImageOutputTokens { get; set; }
    public bool UsageEstimated { get; set; }
    public bool UsageSuspect { get; set; }
    public long? CostNanoUsd { get; set; }
    public long? CostNanoUsdUpper { get; set; }
    public string CostStatus { get; set; } = "";
    public string? PriceVersion { get; set; }
    public long? ReservedNanoUsd { get; set; }
    public long? ReservedNanoUsdUpper { get; set; }

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
        StartedAt = LedgerTime.Read(StartedAtUs),
        Duration = TimeSpan.FromTicks(DurationUs * TimeSpan.TicksPerMicrosecond),
        Status = Enum.Parse<AttemptStatus>(Status, ignoreCase: true),
        ErrorCode = ErrorCode,
        Usage = new TokenUsage
        {
            InputTokens = InputTokens,
            CachedInputTokens = CachedInputTokens,
            CacheWriteTokens = CacheWriteTokens,
            CacheWriteHourTokens = CacheWriteHourTokens,
            AudioInputTokens = AudioInputTokens,
            ImageInputTokens = ImageInputTokens,
            EmbeddingTokens = EmbeddingTokens,
            OutputTokens = OutputTokens,
            ReasoningTokens = ReasoningTokens,
            AudioOutputTokens = AudioOutputTokens,
            ImageOutputTokens = ImageOutputTokens,
            IsEstimated = UsageEstimated,
            IsSuspect = UsageSuspect,
        },
        Cost = Amount(CostNanoUsd, CostNanoUsdUpper),
        CostStatus = Enum.Parse<CostStatus>(CostStatus, ignoreCase: true),
        Reserved = Amount(ReservedNanoUsd, ReservedNanoUsdUpper),
        PriceVersion = PriceVersion,
    };

    /// <summary>An amount from its lower and its upper half.</summary>
    public static NanoUsd? Amount(long? lower, long? upper) => lower is { } low && upper is { } high ? new NanoUsd(new Int128((ulong)high, (ulong)low)) : null;
}
