using Conductor.Money;

namespace Conductor.Abstractions.Tests.Money;

public sealed class TokenUsageTests
{
    [Fact]
    public void Add_Usages_SumsEveryCounterAndKeepsTheDoubts()
    {
        var left = new TokenUsage { InputTokens = 10, CachedInputTokens = 4, CacheWriteTokens = 1, OutputTokens = 5, ReasoningTokens = 2, IsEstimated = true };
        var right = new TokenUsage { InputTokens = 1, CachedInputTokens = 1, CacheWriteTokens = 0, OutputTokens = 1, ReasoningTokens = 1, IsSuspect = true };

        var sum = left + right;

        Assert.Equal(
            new TokenUsage { InputTokens = 11, CachedInputTokens = 5, CacheWriteTokens = 1, OutputTokens = 6, ReasoningTokens = 3, IsEstimated = true, IsSuspect = true }, sum);
    }

    [Fact]
    public void Add_EveryCounterThereIs_IsSummed()
    {
        var counters = typeof(TokenUsage).GetProperties().Where(property => property.CanWrite && property.PropertyType == typeof(long)).ToList();
        var (left, right) = (new TokenUsage(), new TokenUsage());
        for (var i = 0; i < counters.Count; i++)
        {
            counters[i].SetValue(left, 1L << i);
            counters[i].SetValue(right, 1000L << i);
        }

        var sum = left + right;

        Assert.Equal(11, counters.Count);
        Assert.All(counters, (counter, i) => Assert.Equal(1001L << i, counter.GetValue(sum)));
    }

    [Fact]
    public void AsEmbedding_Usage_CountsAllInputAsVectors() =>
        Assert.Equal(new TokenUsage { InputTokens = 7, EmbeddingTokens = 7, IsEstimated = true }, new TokenUsage { InputTokens = 7, IsEstimated = true }.AsEmbedding());

    [Fact]
    public void TotalTokens_BeyondALong_StopsAtTheLargestAndNeverTurnsNegative()
    {
        var usage = new TokenUsage { InputTokens = long.MaxValue, OutputTokens = 1 };

        Assert.Equal(long.MaxValue, usage.TotalTokens);
        Assert.Equal(long.MaxValue, (usage + usage).InputTokens);
    }
}
