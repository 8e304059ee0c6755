using Conductor.Money;

namespace Conductor.Abstractions.Tests.Money;

public sealed class ModelPriceTests
{
    // 0.15 in, 0.075 cached, 0.1875 written, 0.60 out: USD per million tokens.
    private static readonly ModelPrice Price = new()
    {
        InputPerMillion = NanoUsd.FromUsd(0.15m),
        CachedInputPerMillion = NanoUsd.FromUsd(0.075m),
        CacheWritePerMillion = NanoUsd.FromUsd(0.1875m),
        OutputPerMillion = NanoUsd.FromUsd(0.60m),
    };

    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(1_000_000, 0, 0, 0, 150_000_000)]
    [InlineData(1, 0, 0, 0, 150)]
    [InlineData(0, 0, 0, 1, 600)]
    [InlineData(1000, 400, 0, 50, 150_000 - 60_000 + 30_000 + 30_000)]
    [InlineData(1000, 400, 200, 50, 60_000 + 30_000 + 37_500 + 30_000)]
    [InlineData(1000, 1000, 0, 0, 75_000)]
    public void CostOf_Usage_AddsEveryPartAtItsOwnPrice(long input, long cached, long written, long output, long nano)
    {
        var usage = new TokenUsage { InputTokens = input, CachedInputTokens = cached, CacheWriteTokens = written, OutputTokens = output };

        Assert.Equal(new NanoUsd(nano), Price.CostOf(usage));
    }

    [Fact]
    public void CostOf_PartsOfANanoDollar_RoundsUpOnceForTheWholeRow()
    {
        // A third of a nano-dollar each: rounding each part up would make 2.
        var price = new ModelPrice { InputPerMillion = new NanoUsd(333_333), OutputPerMillion = new NanoUsd(333_333) };

        Assert.Equal(new NanoUsd(1), price.CostOf(new TokenUsage { InputTokens = 1, OutputTokens = 1 }));
        Assert.Equal(new NanoUsd(1), price.CostOf(new TokenUsage { InputTokens = 1, OutputTokens = 2 })); // 0.999999
        Assert.Equal(new NanoUsd(2), price.CostOf(new TokenUsage { InputTokens = 2, OutputTokens = 2 })); // 1.333332
    }

    [Fact]
    public void CostOf_ExactNanoDollar_IsNotRoundedFurther()
    {
        var price = new ModelPrice { InputPerMillion = new NanoUsd(500_000) };

        Assert.Equal(new NanoUsd(1), price.CostOf(new TokenUsage { InputTokens = 2 }));
    }

    [Fact]
    public void CostOf_NoCachePrices_TakesTheInputPrice()
    {
        var price = Price with { CachedInputPerMillion = null, CacheWritePerMillion = null };

        Assert.Equal(new NanoUsd(150_000), price.CostOf(new TokenUsage { InputTokens = 1000, CachedInputTokens = 500, CacheWriteTokens = 500 }));
    }

    [Fact]
    public void CostOf_CachedAtZero_IsFreeAndNotTheInputPrice()
    {
        var price = Price with { CachedInputPerMillion = NanoUsd.Zero };

        Assert.Equal(NanoUsd.Zero, price.CostOf(new TokenUsage { InputTokens = 1000, CachedInputTokens = 1000 }));
    }

    [Theory]
    [InlineData(200_000, 200_000 * 150L)]
    [InlineData(200_001, 200_001 * 300L)]
    public void CostOf_LongContext_PricesTheWholeCallAboveTheLimitOnly(long input, long nano)
    {
        var price = Price with { LongContextAbove = 200_000, LongContext = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(0.30m), OutputPerMillion = NanoUsd.FromUsd(1.20m) } };

        Assert.Equal(new NanoUsd(nano), price.CostOf(new TokenUsage { InputTokens = input }));
    }

    [Fact]
    public void CostOf_EveryPartThereIs_IsPaidOnceAtItsOwnPrice()
    {
        var price = new ModelPrice
        {
            InputPerMillion = new NanoUsd(1_000_000), CachedInputPerMillion = new NanoUsd(2_000_000), CacheWritePerMillion = new NanoUsd(3_000_000), CacheWriteHourPerMillion = new NanoUsd(4_000_000),
            AudioInputPerMillion = new NanoUsd(5_000_000), ImageInputPerMillion = new NanoUsd(6_000_000), EmbeddingPerMillion = new NanoUsd(7_000_000),
            OutputPerMillion = new NanoUsd(8_000_000), ReasoningPerMillion = new NanoUsd(9_000_000), AudioOutputPerMillion = new NanoUsd(10_000_000), ImageOutputPerMillion = new NanoUsd(11_000_000),
            PerRequest = new NanoUsd(1_000_000_000),
        };
        var usage = new TokenUsage
        {
            InputTokens = 1000, CachedInputTokens = 10, CacheWriteTokens = 30, CacheWriteHourTokens = 20, AudioInputTokens = 40, ImageInputTokens = 50, EmbeddingTokens = 60,
            OutputTokens = 500, ReasoningTokens = 70, AudioOutputTokens = 80, ImageOutputTokens = 90,
        };

        var input = (10 * 2) + (10 * 3) + (20 * 4) + (40 * 5) + (50 * 6) + (60 * 7) + ((1000 - 10 - 30 - 40 - 50 - 60) * 1);
        var output = (70 * 9) + (80 * 10) + (90 * 11) + ((500 - 70 - 80 - 90) * 8);
        Assert.Equal(new NanoUsd(input + output + 1_000_000_000), price.CostOf(usage));
    }

    [Fact]
    public void For_TierAfterTier_TakesTheLastOneThatTheInputIsAbove()
    {
        var third = new ModelPrice { InputPerMillion = new NanoUsd(3) };
        var second = new ModelPrice { InputPerMillion = new NanoUsd(2), LongContextAbove = 20, LongContext = third };
        var first = new ModelPrice { InputPerMillion = new NanoUsd(1), LongContextAbove = 10, LongContext = second };

        Assert.Same(first, first.For(10));
        Assert.Same(second, first.For(11));
        Assert.Same(second, first.For(20));
        Assert.Same(third, first.For(21));
    }

    [Fact]
    public void CostOf_NegativeCounters_EarnNoCredit()
    {
        Assert.Equal(NanoUsd.Zero, Price.CostOf(new TokenUsage { InputTokens = -1_000_000, OutputTokens = -5 }));
        Assert.Equal(new NanoUsd(150_000), Price.CostOf(new TokenUsage { InputTokens = 1000, CachedInputTokens = -500, CacheWriteTokens = -500 }));
    }

    [Fact]
    public void CostOf_PartsLargerThanTheWhole_PricesTheWholeOnce()
    {
        Assert.Equal(new NanoUsd(7_500), Price.CostOf(new TokenUsage { InputTokens = 100, CachedInputTokens = 900, CacheWriteTokens = 900 }));
    }

    [Fact]
    public void CostOf_LargestUsage_IsExact()
    {
        Assert.Equal(new NanoUsd((Int128)long.MaxValue * 750), Price.CostOf(new TokenUsage { InputTokens = long.MaxValue, OutputTokens = long.MaxValue }));
    }

    [Fact]
    public void CostOf_BeyondItsRange_ThrowsAndNeverWraps()
    {
        var price = new ModelPrice { InputPerMillion = new NanoUsd(Int128.MaxValue) };

        Assert.Throws<OverflowException>(() => price.CostOf(new TokenUsage { InputTokens = 2 }));
    }

    [Fact]
    public void CostOf_Free_IsZeroWhateverWasUsed()
    {
        Assert.Equal(NanoUsd.Zero, ModelPrice.Free.CostOf(new TokenUsage { InputTokens = long.MaxValue, OutputTokens = long.MaxValue }));
    }
}
