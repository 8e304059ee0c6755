using Conductor.Limits;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Limits;

public sealed class InMemoryRateLimitStoreTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualTimeProvider _time = new();

    /// <summary>How callers come: at fixed steps, all at once at the start of each minute, or whenever they like.</summary>
    public enum Arrivals
    {
        Steady,
        Bursts,
        Random,
    }

    [Theory]
    [InlineData(1, 1, Arrivals.Steady, 100)]
    [InlineData(7, 1, Arrivals.Steady, 100)]
    [InlineData(20, 1, Arrivals.Bursts, 0)]
    [InlineData(20, 1, Arrivals.Random, 500)]
    [InlineData(60, 1, Arrivals.Steady, 333)]
    [InlineData(600, 1, Arrivals.Steady, 7)]
    [InlineData(600, 1, Arrivals.Steady, 95)]
    [InlineData(600, 1, Arrivals.Bursts, 0)]
    [InlineData(600, 1, Arrivals.Random, 60)]
    [InlineData(5_000, 1, Arrivals.Steady, 3)]
    [InlineData(5_000, 1, Arrivals.Bursts, 0)]
    [InlineData(400_000, 1_500, Arrivals.Steady, 10)]
    [InlineData(400_000, 1_500, Arrivals.Random, 40)]
    [InlineData(2_000_000, 900, Arrivals.Steady, 5)]
    public async Task MoreThanIsAllowed_OverTenWindows_WithinOnePercentAndNeverAboveInAnySpan(int most, int largest, Arrivals arrivals, int milliseconds)
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = new RateLimit(LimitScope.OfTenant("t"), RateLimitUnit.Tokens, RateLimitPeriod.Minute, most);
        var random = new Random(most + largest);
        var taken = new List<(TimeSpan At, int Amount)>();
        var start = _time.GetUtcNow();
        while (_time.GetUtcNow() - start is var now && now < Minute * 10)
        {
            for (var i = arrivals == Arrivals.Bursts ? most + 5 : 1; i > 0; i--)
            {
                var amount = largest == 1 ? 1 : random.Next(1, largest + 1);
                if ((await TakeAsync(store, (limit, amount))).IsTaken)
                {
                    taken.Add((now, amount));
                }
            }

            _time.Advance(arrivals switch
            {
                Arrivals.Steady => TimeSpan.FromMilliseconds(milliseconds),
                Arrivals.Bursts => Minute,
                _ => TimeSpan.FromMilliseconds(random.NextDouble() * milliseconds * 2),
            });
        }

        var sum = taken.Sum(one => (long)one.Amount);
        Assert.InRange(sum, most * 10L * 99 / 100, most * 10L);
        var first = 0;
        long inside = 0;
        foreach (var (at, amount) in taken)
        {
            inside += amount;
            while (taken[first].At <= at - Minute)
            {
                inside -= taken[first++].Amount;
            }

            Assert.InRange(inside, 0, most);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(600)]
    public async Task Callers_AtOnce_ExactlySoManyAreLetIn(int callers)
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = Requests(LimitScope.Global, 20);
        using var barrier = new Barrier(8);
        var admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Factory.StartNew(async () =>
        {
            barrier.SignalAndWait(TimeSpan.FromSeconds(30));
            for (var i = thread; i < callers; i += 8)
            {
                if ((await TakeAsync(store, (limit, 1))).IsTaken)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        }, TaskCreationOptions.LongRunning).Unwrap()));

        Assert.Equal(20, admitted);
    }

    [Fact]
    public async Task OneLimitIsReached_NothingIsTakenOfTheOthers_AndTheOneThatLastsLongestIsTold()
    {
        var store = new InMemoryRateLimitStore(_time);
        var (key, tenant, all) = (Requests(LimitScope.OfKey("t", "k"), 2), Requests(LimitScope.OfTenant("t"), 3), Requests(LimitScope.Global, 10));
        await TakeAsync(store, (tenant, 1));
        _time.Advance(TimeSpan.FromSeconds(20));
        await TakeAsync(store, (key, 1), (tenant, 1), (all, 1));
        await TakeAsync(store, (key, 1), (tenant, 1), (all, 1));

        var refused = await TakeAsync(store, (key, 1), (tenant, 1), (all, 1));

        Assert.False(refused.IsTaken);
        Assert.Equal((LimitScopeKind.Key, TimeSpan.FromSeconds(60)), (refused.Tightest!.Value.Limit.Scope.Kind, refused.Tightest!.Value.Wait)); // the tenant's is free in 40 s
        Assert.Equal([0L, 0, 8], refused.States.Select(state => state.Remaining));
    }

    [Fact]
    public async Task Wait_IsTrue_ATickBeforeItIsRefusedAndThenItIsLetIn()
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = new RateLimit(LimitScope.Global, RateLimitUnit.Tokens, RateLimitPeriod.Minute, 1_000);
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var amount = random.Next(1, 400);
            var asked = await TakeAsync(store, (limit, amount));
            if (!asked.IsTaken)
            {
                var wait = asked.Tightest!.Value.Wait;
                _time.Advance(wait - TimeSpan.FromTicks(1));
                Assert.False((await TakeAsync(store, (limit, amount))).IsTaken);
                _time.Advance(TimeSpan.FromTicks(1));
                Assert.True((await TakeAsync(store, (limit, amount))).IsTaken);
            }

            _time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 3_000)));
        }
    }

    [Fact]
    public async Task Reset_WhenItHasPassed_AllIsThereAgain()
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = Requests(LimitScope.Global, 5);
        await TakeAsync(store, (limit, 2));
        _time.Advance(TimeSpan.FromSeconds(10));
        await TakeAsync(store, (limit, 1));

        var state = (await store.LookAsync(new[] { new RateLimitDemand(limit, 0) }, CancellationToken.None)).States[0];
        _time.Advance(state.Reset);

        Assert.Equal((2, TimeSpan.FromSeconds(60)), (state.Remaining, state.Reset));
        Assert.Equal((5, TimeSpan.Zero), await StateAsync(store, limit));
    }

    [Fact]
    public async Task GivenBack_IsThereAtOnce_AndNotTwice()
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = new RateLimit(LimitScope.Global, RateLimitUnit.Tokens, RateLimitPeriod.Minute, 100);
        var first = await TakeAsync(store, (limit, 60));
        _time.Advance(TimeSpan.FromSeconds(30));
        var second = await TakeAsync(store, (limit, 40));

        await CorrectAsync(store, limit, -50, first.At);
        Assert.Equal(50, (await StateAsync(store, limit)).Remaining);
        _time.Advance(TimeSpan.FromSeconds(30)); // what was left of the first has run out
        Assert.Equal(60, (await StateAsync(store, limit)).Remaining);
        await CorrectAsync(store, limit, -10, first.At);
        Assert.Equal(60, (await StateAsync(store, limit)).Remaining);
        await CorrectAsync(store, limit, -40, second.At);
        Assert.Equal(100, (await StateAsync(store, limit)).Remaining);
    }

    [Fact]
    public async Task MoreUsedThanTaken_CountsAlthoughItDoesNotFit()
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = new RateLimit(LimitScope.Global, RateLimitUnit.Tokens, RateLimitPeriod.Minute, 100);
        var taken = await TakeAsync(store, (limit, 90));

        await CorrectAsync(store, limit, 200, taken.At);

        Assert.Equal(0, (await StateAsync(store, limit)).Remaining);
        Assert.False((await TakeAsync(store, (limit, 1))).IsTaken);
        Assert.True((await TakeAsync(store, (limit, 0))).IsTaken);
        _time.Advance(Minute);
        Assert.Equal(100, (await StateAsync(store, limit)).Remaining);
    }

    [Fact]
    public async Task MoreThanTheWholeLimit_NoWaitIsToldThatWouldHelp()
    {
        var store = new InMemoryRateLimitStore(_time);
        var (tokens, requests) = (new RateLimit(LimitScope.Global, RateLimitUnit.Tokens, RateLimitPeriod.Minute, 100), Requests(LimitScope.Global, 1));
        await TakeAsync(store, (requests, 1));

        var refused = await TakeAsync(store, (requests, 1), (tokens, 101));

        Assert.Equal((RateLimitUnit.Tokens, RateLimitState.Never), (refused.Tightest!.Value.Limit.Unit, refused.Tightest!.Value.Wait));
    }

    [Fact]
    public async Task ADay_IsOneOfUtc_AndAClockSetBackGivesNothingBack()
    {
        var store = new InMemoryRateLimitStore(_time);
        var limit = new RateLimit(LimitScope.Global, RateLimitUnit.Tokens, RateLimitPeriod.Day, 100);
        _time.Advance(TimeSpan.FromHours(23.5));
        var late = await TakeAsync(store, (limit, 80));

        var refused = await TakeAsync(store, (limit, 30));
        Assert.Equal((false, TimeSpan.FromMinutes(30)), (refused.IsTaken, refused.Tightest!.Value.Wait));
        _time.Advance(refused.Tightest!.Value.Wait);
        Assert.True((await TakeAsync(store, (limit, 30))).IsTaken);
        await CorrectAsync(store, limit, -80, late.At); // yesterday's

        Assert.Equal((70, TimeSpan.FromHours(24)), await StateAsync(store, limit));
    }

    [Fact]
    public async Task AnotherLimitUnderTheSameId_GoesOnFromTheSameCount()
    {
        var store = new InMemoryRateLimitStore(_time);
        await TakeAsync(store, (Requests(LimitScope.Global, 10), 8));

        Assert.False((await TakeAsync(store, (Requests(LimitScope.Global, 8), 1))).IsTaken);
        Assert.Equal(4, (await StateAsync(store, Requests(LimitScope.Global, 12))).Remaining);
    }

    [Fact]
    public async Task ManyCallersThatLeft_AreForgotten()
    {
        var store = new InMemoryRateLimitStore(_time);
        for (var i = 0; i < 3_000; i++)
        {
            await TakeAsync(store, (Requests(LimitScope.OfTenant($"t{i}"), 1), 1));
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        await TakeAsync(store, (Requests(LimitScope.OfTenant("new"), 1), 1));

        Assert.Equal(1, store.Count);
    }

    private static RateLimit Requests(LimitScope scope, long most) => new(scope, RateLimitUnit.Requests, RateLimitPeriod.Minute, most);

    private static ValueTask<RateLimitVerdict> TakeAsync(InMemoryRateLimitStore store, params (RateLimit Limit, long Amount)[] demands) =>
        store.TakeAsync(Array.ConvertAll(demands, one => new RateLimitDemand(one.Limit, one.Amount)), CancellationToken.None);

    private static ValueTask CorrectAsync(InMemoryRateLimitStore store, RateLimit limit, long amount, long at) =>
        store.CorrectAsync(new[] { new RateLimitDemand(limit, amount) }, at, CancellationToken.None);

    private static async Task<(long Remaining, TimeSpan Reset)> StateAsync(InMemoryRateLimitStore store, RateLimit limit)
    {
        var state = (await store.LookAsync(new[] { new RateLimitDemand(limit, 0) }, CancellationToken.None)).States[0];
        return (state.Remaining, state.Reset);
    }
}
