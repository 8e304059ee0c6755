using Conductor.Calls;
using Conductor.Core.Tests.Telemetry;
using Conductor.Costing;
using Conductor.Money;

namespace Conductor.Core.Tests.Costing;

public sealed class CostEstimatorTests
{
    private static readonly ModelPrice Price = new() { InputPerMillion = NanoUsd.FromUsd(1), CacheWritePerMillion = NanoUsd.FromUsd(1.25m), CachedInputPerMillion = NanoUsd.FromUsd(0.1m), OutputPerMillion = NanoUsd.FromUsd(2) };

    [Theory]
    [InlineData(100, null, 100)]
    [InlineData(100, 50, 50)]
    [InlineData(50, 100, 50)]
    [InlineData(null, 100, 100)]
    [InlineData(null, null, 4_096)]
    [InlineData(0, 100, 0)]
    public void WorstCase_LimitsOfCallerAndModel_TakesTheTighter(int? asked, int? ceiling, long output)
    {
        var hop = TestCalls.Hop(price: Price with { CacheWritePerMillion = null }, maxOutputTokens: ceiling);

        Assert.Equal(new NanoUsd((1_000 * 1_000) + (output * 2_000)), CostEstimator.WorstCase(hop, 1_000, asked));
    }

    [Fact]
    public void WorstCase_CacheWritesCostMore_CountsThem() => Assert.Equal(new NanoUsd(1_250_000), CostEstimator.WorstCase(Price, 1_000, 0));

    [Fact]
    public void WorstCase_CacheWritesCostLess_CountsPlainInput() =>
        Assert.Equal(new NanoUsd(1_000_000), CostEstimator.WorstCase(Price with { CacheWritePerMillion = NanoUsd.Zero }, 1_000, 0));

    [Fact]
    public void WorstCase_UnknownPrice_IsUnknown() => Assert.Null(CostEstimator.WorstCase(TestCalls.Hop(), 10, 10));

    [Fact]
    public void WorstCase_Free_IsZero() => Assert.Equal(NanoUsd.Zero, CostEstimator.WorstCase(TestCalls.Hop(price: ModelPrice.Free), 10, 10));

    [Fact]
    public void Settle_UsageOfTheProvider_IsSettled()
    {
        Assert.Equal((new NanoUsd(12_000), CostStatus.Settled), CostEstimator.Settle(Price, new TokenUsage { InputTokens = 10, OutputTokens = 1 }));
    }

    [Fact]
    public void Settle_EstimatedUsage_IsEstimated()
    {
        Assert.Equal((new NanoUsd(10_000), CostStatus.Estimated), CostEstimator.Settle(Price, UsageEstimator.Estimate(10, 0)));
    }

    [Fact]
    public void Settle_ExplicitZero_IsZeroAndSettled() => Assert.Equal((NanoUsd.Zero, CostStatus.Settled), CostEstimator.Settle(Price, TokenUsage.None));

    [Fact]
    public void Settle_NoPrice_IsUnknownUnlessNothingWasUsed()
    {
        Assert.Equal((null, CostStatus.Unknown), CostEstimator.Settle(null, new TokenUsage { InputTokens = 1 }));
        Assert.Equal((NanoUsd.Zero, CostStatus.Released), CostEstimator.Settle(null, TokenUsage.None));
    }
}
