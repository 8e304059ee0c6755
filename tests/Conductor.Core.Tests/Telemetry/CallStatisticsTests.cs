using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Telemetry;
using Conductor.TestKit;
using static Conductor.Core.Tests.Telemetry.TestCalls;

namespace Conductor.Core.Tests.Telemetry;

public sealed class CallStatisticsTests
{
    [Fact]
    public void Record_DifferentEndings_CountsEachInItsPlace()
    {
        var time = new ManualTimeProvider();
        var statistics = new CallStatistics(time);
        var call = Chat();
        var attempt = Attempt(call, usage: new TokenUsage { InputTokens = 7, OutputTokens = 3 }, nanoUsd: 42);
        var hit = Chat();
        hit.IsCacheHit = true;
        var unknown = Chat();
        var unpriced = Attempt(unknown, nanoUsd: null, costStatus: CostStatus.Unknown);
        var since = time.GetUtcNow();
        time.Advance(TimeSpan.FromMinutes(5));

        statistics.Record(CallRecord.From(call, Outcome(attempt), null, Start, TimeSpan.Zero));
        statistics.Record(CallRecord.From(hit, Outcome(null), null, Start, TimeSpan.Zero));
        statistics.Record(CallRecord.From(unknown, Outcome(unpriced), null, Start, TimeSpan.Zero));
        statistics.Record(CallRecord.From(Chat(), null, ConductorErrors.Draining(), Start, TimeSpan.Zero));
        statistics.Record(CallRecord.From(Chat(), null, null, Start, TimeSpan.Zero));

        Assert.Equal(new CallTotals(since, 5, 1, 1, 1, 7, 3, new NanoUsd(42), 1), statistics.Totals);
        Assert.Equal(10, statistics.Totals.TotalTokens);
    }

    [Fact]
    public async Task Record_FromManyThreads_LosesNone()
    {
        var statistics = new CallStatistics(TimeProvider.System);
        var call = Chat();
        var record = CallRecord.From(call, Outcome(Attempt(call, nanoUsd: 3)), null, Start, TimeSpan.Zero);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                statistics.Record(record);
            }
        })));

        Assert.Equal((8_000, new NanoUsd(24_000)), (statistics.Totals.Requests, statistics.Totals.Cost));
    }
}
