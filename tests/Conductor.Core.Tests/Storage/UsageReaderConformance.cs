using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Core.Tests.Storage;

/// <summary>What every ledger that can be asked for usage must say.</summary>
public abstract class UsageReaderConformance : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private ILedgerStore? _store;

    private ILedgerStore Store => _store ??= Open();

    private IUsageReader Reader => (IUsageReader)Store;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Sum_Nothing_IsNothing()
    {
        Assert.Empty(await Reader.SumAsync(new UsageFilter(), UsageDimension.None, default));
        Assert.Empty(await Reader.SumAsync(new UsageFilter(), UsageDimension.Tenant, default));
    }

    [Fact]
    public async Task Sum_EveryCounter_IsAddedUp()
    {
        var usage = new TokenUsage
        {
            InputTokens = 1000, CachedInputTokens = 1, CacheWriteTokens = 20, CacheWriteHourTokens = 3, AudioInputTokens = 4, ImageInputTokens = 5, EmbeddingTokens = 6,
            OutputTokens = 700, ReasoningTokens = 8, AudioOutputTokens = 9, ImageOutputTokens = 10,
        };
        await AppendAsync(Row("a") with { Usage = usage }, Row("b") with { Usage = usage with { IsEstimated = true, IsSuspect = true } });

        var sum = Assert.Single(await Reader.SumAsync(new UsageFilter(), UsageDimension.None, default));

        Assert.Equal(usage + usage, sum.Usage);
        Assert.Equal(("", 2, 2, 2, 0), (sum.Name, sum.Calls, sum.Attempts, sum.Succeeded, sum.Cancelled));
        Assert.Equal(TimeSpan.FromMilliseconds(200), sum.Duration);
    }

    [Fact]
    public async Task Sum_Endings_AreToldApart()
    {
        await AppendAsync(
            Row("fell back", 1) with { Status = AttemptStatus.Failed, Provider = "a", Cost = NanoUsd.Zero, CostStatus = CostStatus.Released },
            Row("fell back", 2) with { Provider = "b", Cost = new NanoUsd(5) },
            Row("left") with { Status = AttemptStatus.Cancelled, Provider = "b", Cost = new NanoUsd(3), CostStatus = CostStatus.Estimated },
            Row("failed") with { Status = AttemptStatus.Failed, Provider = "b", Cost = new NanoUsd(7), CostStatus = CostStatus.Interrupted },
            Row("unpriced") with { Provider = "c", Cost = null, CostStatus = CostStatus.Unknown });

        var all = Assert.Single(await Reader.SumAsync(new UsageFilter(), UsageDimension.None, default));
        var providers = await Reader.SumAsync(new UsageFilter(), UsageDimension.Provider, default);

        Assert.Equal((4, 5, 2, 1, 1), (all.Calls, all.Attempts, all.Succeeded, all.Cancelled, all.UnknownCosts));
        Assert.Equal((new NanoUsd(15), new NanoUsd(10)), (all.Cost, all.EstimatedCost));
        Assert.Equal([("a", 1, 0), ("b", 3, 1), ("c", 1, 1)], providers.Select(sum => (sum.Name, (int)sum.Attempts, (int)sum.Succeeded)));
    }

    [Theory]
    [InlineData(UsageDimension.Tenant, "acme=2 default=1")]
    [InlineData(UsageDimension.Key, "acme/=1 acme/web=1 default/web=1")]
    [InlineData(UsageDimension.Model, "local/sentiment=1 openai/gpt=1 openai/gpt-mini=1")]
    [InlineData(UsageDimension.Operation, "chat=2 sentiment_analysis=1")]
    [InlineData(UsageDimension.Provider, "local=1 openai=2")]
    [InlineData(UsageDimension.None, "=3")]
    public async Task Sum_ByDimension_IsNamedAndOrdered(UsageDimension by, string expected)
    {
        await AppendThreeAsync();

        var sums = await Reader.SumAsync(new UsageFilter(), by, default);

        Assert.Equal(expected, string.Join(' ', sums.Select(sum => $"{sum.Name}={sum.Calls}")));
    }

    public static TheoryData<UsageFilter, string> Filters => new()
    {
        { new UsageFilter(), "a b c" },
        { new UsageFilter { TenantId = "acme" }, "b c" },
        { new UsageFilter { TenantId = "ACME" }, "" },
        { new UsageFilter { TenantId = "acme", KeyId = "web" }, "b" },
        { new UsageFilter { KeyId = "web" }, "a b" },
        { new UsageFilter { Model = "gpt" }, "a" },
        { new UsageFilter { Model = "openai/gpt" }, "a" },
        { new UsageFilter { Model = "local/gpt" }, "" },
        { new UsageFilter { Operation = "chat" }, "a b" },
        { new UsageFilter { Provider = "local" }, "c" },
        { new UsageFilter { From = Noon }, "b c" },
        { new UsageFilter { Until = Noon }, "a" },
        { new UsageFilter { From = Noon, Until = Noon.AddHours(1) }, "b" },
        { new UsageFilter { From = Noon.AddHours(1).AddMicroseconds(1) }, "" },
        { new UsageFilter { Provider = "' OR 1=1 --" }, "" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_OfRowsAndOfSums_IsTheSame(UsageFilter filter, string expected)
    {
        await AppendThreeAsync();
        List<string> rows = [];

        await foreach (var row in Reader.RowsAsync(filter, default))
        {
            rows.Add(row.RequestId);
        }

        var sum = (await Reader.SumAsync(filter, UsageDimension.None, default)).SingleOrDefault();
        Assert.Equal(expected, string.Join(' ', rows));
        Assert.Equal(rows.Count, sum?.Attempts ?? 0);
    }

    [Fact]
    public async Task Sum_CostsBeyond64Bits_AreExact()
    {
        var large = new NanoUsd(((Int128)1 << 90) + 12_345_678_901);
        await AppendAsync(Row("a") with { Cost = large }, Row("b") with { Cost = large }, Row("c") with { Cost = new NanoUsd(uint.MaxValue), CostStatus = CostStatus.Estimated });

        var sum = Assert.Single(await Reader.SumAsync(new UsageFilter(), UsageDimension.None, default));

        Assert.Equal(large + large + new NanoUsd(uint.MaxValue), sum.Cost);
        Assert.Equal(new NanoUsd(uint.MaxValue), sum.EstimatedCost);
    }

    [Fact]
    public async Task Rows_AreWholeAndInOrder()
    {
        var row = Row("a") with
        {
            KeyId = "web", UpstreamRequestId = "up", ErrorCode = "x", PriceVersion = "0123456789ab+ceiling", Reserved = new NanoUsd(99),
            Usage = new TokenUsage { InputTokens = 5, CacheWriteTokens = 3, CacheWriteHourTokens = 2, OutputTokens = 4, AudioOutputTokens = 1, IsEstimated = true },
        };
        await AppendAsync(row, Row("b"));
        List<LedgerRow> rows = [];

        await foreach (var found in Reader.RowsAsync(new UsageFilter(), default))
        {
            rows.Add(found);
        }

        Assert.Equal([row, Row("b")], rows);
    }

    /// <summary>An empty store, which this test alone uses.</summary>
    protected abstract ILedgerStore Open();

    /// <summary>Lets go of it.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static LedgerRow Row(string id, int attempt = 1) => new()
    {
        RequestId = id,
        CallId = id,
        Attempt = attempt,
        TenantId = "default",
        Operation = "chat",
        Provider = "openai",
        Model = "gpt",
        StartedAt = Noon,
        Duration = TimeSpan.FromMilliseconds(100),
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 20, OutputTokens = 10 },
        Cost = new NanoUsd(10),
        CostStatus = CostStatus.Settled,
    };

    private Task AppendAsync(params LedgerRow[] rows) => Store.AppendAsync(rows, default);

    private Task AppendThreeAsync() => AppendAsync(
        Row("a") with { KeyId = "web", StartedAt = Noon.AddMicroseconds(-1) },
        Row("b") with { TenantId = "acme", KeyId = "web", Model = "gpt-mini" },
        Row("c") with { TenantId = "acme", Operation = "sentiment_analysis", Provider = "local", Model = "sentiment", StartedAt = Noon.AddHours(1) });
}
