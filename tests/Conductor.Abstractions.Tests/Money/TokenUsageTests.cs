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
    public void TotalTokens_BeyondALong_StopsAtTheLargestAndNeverTurnsNegative()
    {
        var usage = new TokenUsage { InputTokens = long.MaxValue, OutputTokens = 1 };

        Assert.Equal(long.MaxValue, usage.TotalTokens);
        Assert.Equal(long.MaxValue, (usage + usage).InputTokens);
    }
}
