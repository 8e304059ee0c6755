using Conductor.Invoke;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Invoke;

public sealed class UsageReaderTests
{
    [Fact]
    public void Read_EveryCounter_IsTaken()
    {
        var details = new UsageDetails
        {
            InputTokenCount = 100,
            CachedInputTokenCount = 40,
            OutputTokenCount = 20,
            ReasoningTokenCount = 5,
            AdditionalCounts = new()
            {
                ["cache_write_tokens"] = 10, ["cache_write_1h_tokens"] = 4, ["audio_input_tokens"] = 6, ["image_input_tokens"] = 7,
                ["audio_output_tokens"] = 8, ["image_output_tokens"] = 9, ["conductor.suspect"] = 1, ["something.else"] = 7,
            },
        };

        Assert.Equal(
            new TokenUsage
            {
                InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 10, CacheWriteHourTokens = 4, AudioInputTokens = 6, ImageInputTokens = 7,
                OutputTokens = 20, ReasoningTokens = 5, AudioOutputTokens = 8, ImageOutputTokens = 9, IsSuspect = true,
            },
            UsageReader.Read(details));
    }

    [Fact]
    public void Read_NothingStated_IsNull()
    {
        Assert.Null(UsageReader.Read(null));
        Assert.Null(UsageReader.Read(new UsageDetails()));
    }

    [Fact]
    public void Read_ExplicitZero_IsZeroAndNotMissing()
    {
        Assert.Equal(TokenUsage.None, UsageReader.Read(new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0 }));
    }

    [Fact]
    public void Read_OnlyATotal_IsSplitByTheInput()
    {
        Assert.Equal(
            new TokenUsage { InputTokens = 30, OutputTokens = 12 }, UsageReader.Read(new UsageDetails { InputTokenCount = 30, TotalTokenCount = 42 }));
    }

    [Fact]
    public void Read_Absurd_IsSuspect()
    {
        Assert.True(UsageReader.Read(new UsageDetails { InputTokenCount = -1, OutputTokenCount = long.MaxValue })!.IsSuspect);
    }
}
