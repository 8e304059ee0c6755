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

    [Theory]
    [InlineData(PricedParts.None, 1_250, 3_000)]
    [InlineData(PricedParts.CacheWritesForAnHour, 2_000, 3_000)]
    [InlineData(PricedParts.Audio, 30_000, 60_000)]
    [InlineData(PricedParts.Pictures, 5_000, 40_000)]
    [InlineData(PricedParts.Audio | PricedParts.Pictures | PricedParts.CacheWritesForAnHour, 30_000, 60_000)]
    [InlineData(PricedParts.Vectors, 130, 3_000)]
    public void WorstCase_PartsThatMayBe_EachAtTheDearestPriceOfThem(PricedParts parts, long perInput, long perOutput)
    {
        var price = Price with
        {
            CacheWriteHourPerMillion = NanoUsd.FromUsd(2), AudioInputPerMillion = NanoUsd.FromUsd(30), AudioOutputPerMillion = NanoUsd.FromUsd(60), ImageInputPerMillion = NanoUsd.FromUsd(5),
            ImageOutputPerMillion = NanoUsd.FromUsd(40), EmbeddingPerMillion = NanoUsd.FromUsd(0.13m), ReasoningPerMillion = NanoUsd.FromUsd(3), PerRequest = new NanoUsd(11),
        };

        Assert.Equal(new NanoUsd((10 * perInput) + (20 * perOutput) + 11), CostEstimator.WorstCase(price, 10, 20, parts));
    }

    [Fact]
    public void WorstCase_AboveATier_IsThatOfTheTier() => Assert.Equal(
        new NanoUsd(11 * 5_000), CostEstimator.WorstCase(Price with { LongContextAbove = 10, LongContext = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(5) } }, 11, 0));

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
    public void Settle_AtACeiling_IsEstimated() =>
        Assert.Equal((new NanoUsd(10_000), CostStatus.Estimated), CostEstimator.Settle(Price with { IsCeiling = true }, new TokenUsage { InputTokens = 10 }));

    [Fact]
    public void Settle_ExplicitZero_IsZeroAndSettled() => Assert.Equal((NanoUsd.Zero, CostStatus.Settled), CostEstimator.Settle(Price, TokenUsage.None));

    [Fact]
    public void Settle_NoPrice_IsUnknownUnlessNothingWasUsed()
    {
        Assert.Equal((null, CostStatus.Unknown), CostEstimator.Settle(null, new TokenUsage { InputTokens = 1 }));
        Assert.Equal((NanoUsd.Zero, CostStatus.Released), CostEstimator.Settle(null, TokenUsage.None));
    }
}
