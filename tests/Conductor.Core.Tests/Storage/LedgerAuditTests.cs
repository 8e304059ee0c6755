using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage;

public sealed class LedgerAuditTests
{
    private static readonly TokenUsage Guess = new() { InputTokens = 20, OutputTokens = 10, IsEstimated = true };

    public static TheoryData<LedgerRow, bool> Rows => new()
    {
        { Row("settled", nanoUsd: 40), true },
        { Row("another price"), false },
        { Row("below zero", nanoUsd: -1), false },
        { Row("no cost") with { Cost = null }, false },
        { Row("unknown") with { Cost = null, CostStatus = CostStatus.Unknown }, true },
        { Row("unknown at a cost") with { CostStatus = CostStatus.Unknown }, false },
        { Row("released", nanoUsd: 0) with { CostStatus = CostStatus.Released, Usage = TokenUsage.None }, true },
        { Row("released, and used", nanoUsd: 0) with { CostStatus = CostStatus.Released }, false },
        { Row("interrupted", nanoUsd: 99) with { CostStatus = CostStatus.Interrupted, Reserved = new NanoUsd(99), Usage = Guess }, true },
        { Row("interrupted, price unknown") with { CostStatus = CostStatus.Interrupted, Cost = null, Usage = Guess }, true },
        { Row("interrupted beside its reservation", nanoUsd: 98) with { CostStatus = CostStatus.Interrupted, Reserved = new NanoUsd(99) }, false },
        { Row("estimated", nanoUsd: 40) with { CostStatus = CostStatus.Estimated, Usage = Guess }, true },
        { Row("settled by a guess", nanoUsd: 40) with { Usage = Guess }, false },
        { Row("negative", nanoUsd: 40) with { Usage = Guess with { AudioInputTokens = -1, IsEstimated = false } }, false },
        { Row("more cached than read", nanoUsd: 40) with { Usage = new TokenUsage { InputTokens = 20, CachedInputTokens = 15, CacheWriteTokens = 6, OutputTokens = 10 } }, false },
        { Row("more thought than said", nanoUsd: 40) with { Usage = new TokenUsage { InputTokens = 20, OutputTokens = 10, ReasoningTokens = 11 } }, false },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Add_Row_IsWrongOrNot(LedgerRow row, bool isRight)
    {
        var audit = new LedgerAudit(one => new NanoUsd(one.Usage.InputTokens + (2 * one.Usage.OutputTokens)));

        audit.Add(row);

        Assert.Equal(isRight, audit.ViolationCount == 0);
        Assert.All(audit.Violations, violation => Assert.Contains(row.RequestId, violation, StringComparison.Ordinal));
    }

    [Fact]
    public void Add_ManyRows_SumsThemAndTellsTheFirstHundred()
    {
        var audit = new LedgerAudit(_ => null);
        for (var i = 0; i < 150; i++)
        {
            audit.Add(Row($"c{i}", nanoUsd: 7) with { Usage = Guess });
            audit.Add(Row($"c{i}", attempt: 2, nanoUsd: 1));
        }

        Assert.Equal((300, 150, 0), (audit.Rows, audit.Requests, audit.Recomputed));
        Assert.Equal(new NanoUsd(1_200), audit.Cost);
        Assert.Equal((300, new NanoUsd(1_200)), audit.ByStatus[CostStatus.Settled]);
        Assert.Equal((150, 100), (audit.ViolationCount, audit.Violations.Count));
    }
}
