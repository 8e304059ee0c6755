using Conductor.Costing;
using Conductor.Money;

namespace Conductor.Core.Tests.Costing;

public sealed class UsageSanityTests
{
    [Fact]
    public void Check_SaneUsage_IsTheSameObject()
    {
        var usage = new TokenUsage
        {
            InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 60, CacheWriteHourTokens = 60, AudioInputTokens = 100, ImageInputTokens = 100, EmbeddingTokens = 100,
            OutputTokens = 20, ReasoningTokens = 20, AudioOutputTokens = 20, ImageOutputTokens = 20,
        };

        Assert.Same(usage, UsageSanity.Check(usage));
    }

    [Fact]
    public void Check_ExplicitZero_StaysZeroAndIsNotSuspect() => Assert.Same(TokenUsage.None, UsageSanity.Check(TokenUsage.None));

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(long.MinValue, 0)]
    [InlineData(10_000_001, 10_000_000)]
    [InlineData(long.MaxValue, 10_000_000)]
    public void Check_AbsurdFigure_IsClampedAndSuspect(long absurd, long expected)
    {
        var checkedUsage = UsageSanity.Check(new TokenUsage { InputTokens = absurd, OutputTokens = absurd });

        Assert.Equal(new TokenUsage { InputTokens = expected, OutputTokens = expected, IsSuspect = true }, checkedUsage);
    }

    [Fact]
    public void Check_PartsLargerThanTheWhole_AreCutToIt()
    {
        var checkedUsage = UsageSanity.Check(new TokenUsage
        {
            InputTokens = 10, CachedInputTokens = 8, CacheWriteTokens = 8, CacheWriteHourTokens = 8, AudioInputTokens = 11, ImageInputTokens = 12, EmbeddingTokens = 13,
            OutputTokens = 5, ReasoningTokens = 6, AudioOutputTokens = 7, ImageOutputTokens = 8, IsEstimated = true,
        });

        Assert.Equal(
            new TokenUsage
            {
                InputTokens = 10, CachedInputTokens = 8, CacheWriteTokens = 2, CacheWriteHourTokens = 2, AudioInputTokens = 10, ImageInputTokens = 10, EmbeddingTokens = 10,
                OutputTokens = 5, ReasoningTokens = 5, AudioOutputTokens = 5, ImageOutputTokens = 5, IsEstimated = true, IsSuspect = true,
            },
            checkedUsage);
    }

    [Fact]
    public void Check_AbsurdlyLargeWithAnEstimate_IsTheEstimateAndSaysSo()
    {
        var estimate = new TokenUsage { InputTokens = 12, OutputTokens = 3, IsEstimated = true };

        var checkedUsage = UsageSanity.Check(new TokenUsage { InputTokens = long.MaxValue, OutputTokens = 7 }, () => estimate);

        Assert.Equal(new TokenUsage { InputTokens = 12, OutputTokens = 7, IsEstimated = true, IsSuspect = true }, checkedUsage);
        Assert.Equal(checkedUsage, UsageSanity.Check(UsageSanity.Check(new TokenUsage { InputTokens = long.MaxValue, OutputTokens = 7 }), () => estimate));
    }

    [Fact]
    public void Check_SaneUsageWithAnEstimate_NobodyCounts()
    {
        var usage = new TokenUsage { InputTokens = 10, OutputTokens = 5 };

        Assert.Same(usage, UsageSanity.Check(usage, () => throw new InvalidOperationException("not needed")));
    }
}
