using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Core.Tests.Storage;

internal static class LedgerRows
{
    public static LedgerRow Row(string requestId, int attempt = 1, string tenant = "default", long nanoUsd = 10) => new()
    {
        RequestId = requestId,
        CallId = requestId,
        Attempt = attempt,
        TenantId = tenant,
        Operation = "chat",
        Provider = "openai",
        Model = "gpt-4o-mini",
        StartedAt = new DateTimeOffset(2026, 11, 20, 6, 0, 0, TimeSpan.Zero),
        Duration = TimeSpan.FromMilliseconds(100),
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 20, OutputTokens = 10 },
        Cost = new NanoUsd(nanoUsd),
        CostStatus = CostStatus.Settled,
    };
}
