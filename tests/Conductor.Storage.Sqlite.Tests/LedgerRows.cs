using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage.Sqlite.Tests;

internal static class LedgerRows
{
    public static LedgerRow Row(string requestId = "req_1", int attempt = 1, string tenant = "default", NanoUsd? cost = null) => new()
    {
        RequestId = requestId,
        CallId = requestId,
        Attempt = attempt,
        TenantId = tenant,
        KeyId = "web",
        Operation = "chat",
        Provider = "openai",
        Model = "gpt-4o-mini",
        UpstreamRequestId = "up_1",
        StartedAt = new DateTimeOffset(2026, 11, 20, 6, 30, 0, 123, 456, TimeSpan.Zero),
        Duration = TimeSpan.FromMicroseconds(412_345),
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 10, OutputTokens = 20, ReasoningTokens = 5, CacheWriteHourTokens = 1, AudioInputTokens = 2, ImageInputTokens = 3, EmbeddingTokens = 4, AudioOutputTokens = 6, ImageOutputTokens = 7 },
        Cost = cost ?? new NanoUsd(214_350),
        CostStatus = CostStatus.Settled,
        Reserved = new NanoUsd(300_000),
        PriceVersion = "0123456789ab",
    };
}
