using System.Text;
using Conductor.Operations.EntityExtraction;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Operations.Tests;

/// <summary>"Tomorrow" counts from the reference time, or from now: a model is told which, and the cache does not outlive it.</summary>
public sealed class ReferenceTimeTests
{
    [Fact]
    public void Prompt_NoReferenceTime_TellsTheTimeNow() =>
        Assert.Equal("Friday, 2026-11-20T23:59:30+00:00", Create(At("23:59:30")).CreatePromptArguments(Payload())["reference_time"]);

    [Fact]
    public void CacheVariant_NoReferenceTime_ChangesWithTheMinute()
    {
        Assert.Equal(Create(At("23:59:30")).CacheVariant(Payload()), Create(At("23:59:59")).CacheVariant(Payload()));
        Assert.NotEqual(Create(At("23:58:59")).CacheVariant(Payload()), Create(At("23:59:00")).CacheVariant(Payload()));
    }

    [Fact]
    public void CacheVariant_ReferenceTimeGiven_StaysTheSame() =>
        Assert.Null(Create(At("23:59:30")).CacheVariant(Encoding.UTF8.GetBytes("""{"text":"tomorrow","parameters":{"reference_time":"2026-03-01T09:30:00Z"}}""")));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Payload() => Encoding.UTF8.GetBytes("""{"text":"tomorrow"}""");

    private static IOperation Create(DateTimeOffset now)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new StoppedClock(now));
        new EntityExtractionPlugin().ConfigureServices(services, null!);
        return services.BuildServiceProvider().GetRequiredService<IOperation>();
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
