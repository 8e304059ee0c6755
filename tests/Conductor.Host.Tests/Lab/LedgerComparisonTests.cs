using Conductor.Calls;
using Conductor.Host.Lab;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Host.Tests.Lab;

/// <summary>The ledger lab's own eyes: what it must not overlook.</summary>
public sealed class LedgerComparisonTests
{
    private const string Name = "lab-1";

    [Fact]
    public void Compare_RowAsBilled_IsFine() => Assert.Empty(Compare(Row()).Violations);

    public static TheoryData<string, LedgerRow?> Faults => new()
    {
        { "the ledger does not know it", null },
        { "is settled at 100+21 tokens", Row() with { Usage = new TokenUsage { InputTokens = 100, OutputTokens = 21 } } },
        { "is settled at 100+20 tokens", Row() with { Cost = new NanoUsd(1) } },
        { "its row is Interrupted", Row() with { CostStatus = CostStatus.Interrupted, Cost = new NanoUsd(900_000) } },
        { "its row is Estimated", Row() with { CostStatus = CostStatus.Estimated } },
        { "is released, and the upstream billed 20 tokens", Row() with { CostStatus = CostStatus.Released, Cost = NanoUsd.Zero } },
        { "more than the 0.000900000 reserved", Row() with { CostStatus = CostStatus.Interrupted, Cost = new NanoUsd(900_001) } },
        { "was billed at 0.000600000 USD, more than", Row() with { Reserved = new NanoUsd(599_999) } },
        { "the upstream's request id 'up-other'", Row() with { UpstreamRequestId = "up-other" } },
        { "the cost of lab-1 is unknown", Row() with { CostStatus = CostStatus.Unknown, Cost = null } },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Compare_Fault_IsTold(string told, LedgerRow? row) =>
        Assert.Contains(Compare(row is null ? [] : [row]).Violations, violation => violation.Contains(told, StringComparison.Ordinal));

    [Fact]
    public void Compare_BookedTwice_IsTold() =>
        Assert.Contains(Compare(Row(), Row() with { Attempt = 2 }).Violations, violation => violation.Contains("is in the ledger twice", StringComparison.Ordinal));

    [Fact]
    public void Compare_SettledAndNeverAsked_IsTold() =>
        Assert.Contains(Compare(Row(), Row() with { RequestId = "lab-2" }).Violations, violation => violation.Contains("never reached the upstream", StringComparison.Ordinal));

    private static LedgerRow Row() => new()
    {
        RequestId = Name,
        CallId = "c1",
        Attempt = 1,
        TenantId = "default",
        Operation = "chat",
        Provider = "lab",
        Model = "meter",
        UpstreamRequestId = "up-" + Name,
        StartedAt = DateTimeOffset.UnixEpoch,
        Duration = TimeSpan.Zero,
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 100, OutputTokens = 20 },
        Cost = new NanoUsd(600_000),
        Reserved = new NanoUsd(900_000),
        CostStatus = CostStatus.Settled,
    };

    private static LedgerComparison Compare(params LedgerRow[] rows)
    {
        var bill = new Bill();
        bill.Read(100);
        bill.Wrote(20);
        var comparison = new LedgerComparison();
        foreach (var row in rows)
        {
            comparison.Add(row);
        }

        comparison.Compare(
            new Dictionary<string, Bill> { [Name] = bill },
            new Dictionary<string, Seen> { [Name] = Seen.Whole },
            name => new LedgerLabRequest { Name = name, Mode = LedgerLabMode.Answer, IsStream = true, Sentences = 1, Words = 10, Work = TimeSpan.Zero, LeavesAfter = null });
        return comparison;
    }
}
