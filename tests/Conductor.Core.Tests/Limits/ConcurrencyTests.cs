using System.Collections.Concurrent;
using Conductor.Admission;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Limits;
using Conductor.Settings;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Limits;

/// <summary>Calls at work at once, and those that wait for a place.</summary>
public sealed class ConcurrencyTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(64, 0)]
    [InlineData(600, 0)]
    [InlineData(64, 30)]
    [InlineData(600, 30)]
    public async Task Callers_AtOnceOnTwentyPlaces_NeverMoreAtWork_AndThoseWhoMayWaitAreServedInTurn(int callers, int queue)
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        var most = 0;
        var provider = new FakeProvider("a");
        provider.Answer = async (_, _, _) =>
        {
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await hold.Task;
            Interlocked.Decrement(ref inside);
            return Replies.Text("hi");
        };
        var settings = TestMachine.Alias("fast", "a/m") with
        {
            Limits = new LimitsSettings { Queue = new QueueSettings { Length = queue } },
            Tenants = new Dictionary<string, TenantSettings> { [CallContext.DefaultTenant] = new() { Concurrency = 20 } },
        };
        await using var machine = new TestMachine(settings, [provider]);
        var refusals = new ConcurrentBag<ConductorException>();

        var asking = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            await using var call = machine.Chat();
            try
            {
                await machine.SendAsync(call);
            }
            catch (ConductorException refused)
            {
                refusals.Add(refused);
            }
        })).ToList();
        for (var tries = 0; refusals.Count < callers - 20 - queue || provider.Calls < 20; tries++)
        {
            Assert.True(tries < 3_000);
            await Task.Delay(20);
        }

        hold.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((callers - 20 - queue, 20 + queue, 20), (refusals.Count, provider.Calls, most));
        Assert.All(refusals, refused => Assert.Equal((503, "queue_full"), (refused.Status, refused.Code)));
        Assert.All(refusals, refused => Assert.StartsWith("20 requests of tenant 'default' are being served", refused.Message, StringComparison.Ordinal));
        Assert.All(refusals, refused => Assert.NotNull(refused.RetryAfter));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Waiting_TooLong_IsRefusedAndLeavesTheQueue()
    {
        using var gate = new ConcurrencyGate(_time);
        var settings = Queued(1, 1);
        var first = await gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None);

        var waiting = gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(waiting.IsCompleted);
        await Assert.ThrowsAsync<ConductorException>(() => gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None).AsTask()); // the queue is full
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("queue_full", (await Assert.ThrowsAsync<ConductorException>(() => waiting)).Code);
        var next = gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None).AsTask();
        first.Dispose();
        (await next).Dispose();
        Assert.Equal(0, gate.Active);
    }

    [Fact]
    public async Task Waiting_CallerLeaves_ThePlaceGoesToTheNext()
    {
        using var gate = new ConcurrencyGate(_time);
        using var leaves = new CancellationTokenSource();
        var settings = Queued(1, 2);
        var first = await gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None);
        var left = gate.EnterAsync(Caller(), CallerLimits.None, settings, leaves.Token).AsTask();
        var next = gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None).AsTask();

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        first.Dispose();

        (await next).Dispose();
        Assert.Equal(0, gate.Active);
    }

    [Fact]
    public async Task RetryAfter_GoesByHowLongPlacesAreHeld()
    {
        using var gate = new ConcurrencyGate(_time);
        var settings = new LimitsSettings { MaxConcurrentRequests = 2 };
        for (var i = 0; i < 10; i++)
        {
            using var place = await gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None);
            _time.Advance(TimeSpan.FromSeconds(8));
        }

        await gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None);
        await gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ConductorException>(() => gate.EnterAsync(Caller(), CallerLimits.None, settings, CancellationToken.None).AsTask());

        Assert.Equal(TimeSpan.FromSeconds(4), refused.RetryAfter);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    public async Task LimitChanges_WhoIsInsideStaysCounted(int before, int after)
    {
        using var gate = new ConcurrencyGate(_time);
        var (old, now) = (new LimitsSettings { MaxConcurrentRequests = before }, new LimitsSettings { MaxConcurrentRequests = after });
        var inside = new Queue<IDisposable>();
        for (var i = 0; i < before; i++)
        {
            inside.Enqueue(await gate.EnterAsync(Caller(), CallerLimits.None, old, CancellationToken.None));
        }

        while (inside.Count < after)
        {
            inside.Enqueue(await gate.EnterAsync(Caller(), CallerLimits.None, now, CancellationToken.None));
        }

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<ConductorException>(() => gate.EnterAsync(Caller(), CallerLimits.None, now, CancellationToken.None).AsTask());
            inside.Dequeue().Dispose();
            if (inside.Count < after)
            {
                inside.Enqueue(await gate.EnterAsync(Caller(), CallerLimits.None, now, CancellationToken.None));
            }
        }

        Assert.Equal(after, gate.Active);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(4, 0)]
    public async Task QueueComesOrGoes_WhoIsInsideStaysCounted(int before, int after)
    {
        using var gate = new ConcurrencyGate(_time);
        var inside = new Queue<IDisposable>();
        for (var i = 0; i < 3; i++)
        {
            inside.Enqueue(await gate.EnterAsync(Caller(), CallerLimits.None, Queued(3, before), CancellationToken.None));
        }

        async Task<IDisposable> Next() => await gate.EnterAsync(Caller(), CallerLimits.None, Queued(3, after), CancellationToken.None);
        for (var i = 0; i < 10; i++)
        {
            var next = Next();
            if (after == 0)
            {
                await Assert.ThrowsAsync<ConductorException>(() => next);
                inside.Dequeue().Dispose();
                next = Next();
            }
            else
            {
                Assert.False(next.IsCompleted);
                inside.Dequeue().Dispose();
            }

            inside.Enqueue(await next.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(3, gate.Active);
        }
    }

    [Fact]
    public async Task LimitChanges_WhoWaitsIsServedUnderTheNewOne()
    {
        using var gate = new ConcurrencyGate(_time);
        await gate.EnterAsync(Caller(), CallerLimits.None, Queued(1, 5), CancellationToken.None);
        var waiting = gate.EnterAsync(Caller(), CallerLimits.None, Queued(1, 5), CancellationToken.None).AsTask();

        using var other = await gate.EnterAsync(Caller(), CallerLimits.None, Queued(3, 5), CancellationToken.None); // as after a reload
        (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }

    [Fact]
    public async Task KeyTenantAndAll_TheNarrowestIsAskedFirst_AndNothingIsLeftBehind()
    {
        using var gate = new ConcurrencyGate(_time);
        var settings = new LimitsSettings { MaxConcurrentRequests = 3 };
        var limits = new CallerLimits([], ofKey: 1, ofTenant: 2);
        var first = await gate.EnterAsync(Caller(), limits, settings, CancellationToken.None);
        Assert.Contains("with key 'k'", (await RefusedAsync(gate, limits, settings)).Message, StringComparison.Ordinal);
        await gate.EnterAsync(Caller("other"), limits, settings, CancellationToken.None);
        Assert.Contains("of tenant 't'", (await RefusedAsync(gate, limits, settings, "third")).Message, StringComparison.Ordinal);
        await gate.EnterAsync(Caller(tenant: "t2"), CallerLimits.None, settings, CancellationToken.None);
        Assert.StartsWith("3 requests are being served", (await RefusedAsync(gate, CallerLimits.None, settings)).Message, StringComparison.Ordinal);

        first.Dispose();
        first.Dispose();

        using var again = await gate.EnterAsync(Caller(), limits, settings, CancellationToken.None);
        Assert.Equal(3, gate.Active);
    }

    [Fact]
    public async Task Queue_ARequestThatIsRefusedThere_DoesNotCount()
    {
        var provider = new FakeProvider("a");
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Answer = async (_, _, _) =>
        {
            await hold.Task;
            return Replies.Text("hi");
        };
        var settings = TestMachine.Alias("fast", "a/m") with
        {
            Limits = new LimitsSettings { MaxConcurrentRequests = 1 },
            Tenants = new Dictionary<string, TenantSettings> { [CallContext.DefaultTenant] = new() { Limits = new RateLimitSettings { Rpm = 3 } } },
        };
        await using var machine = new TestMachine(settings, [provider]);
        await using var first = machine.Chat();
        var sent = machine.SendAsync(first);
        await provider.WaitForCallsAsync(1);
        for (var i = 0; i < 10; i++)
        {
            await using var refused = machine.Chat();
            Assert.Equal("queue_full", (await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(refused))).Code);
        }

        hold.SetResult();
        await sent;
        await first.DisposeAsync();
        await using var second = machine.Chat();
        await machine.SendAsync(second);

        Assert.Equal(1, second.RequestLimit!.Value.Remaining);
    }

    [Fact]
    public async Task Places_ManyAtOnce_NeverAboveTheLimitAndBackToZero()
    {
        using var gate = new ConcurrencyGate(TimeProvider.System);
        var settings = new LimitsSettings { MaxConcurrentRequests = 4 };
        var limits = new CallerLimits([], null, ofTenant: 3);
        var most = 0;
        var inside = 0;
        await Parallel.ForAsync(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, token) =>
        {
            try
            {
                using var place = await gate.EnterAsync(Caller(tenant: i % 2 == 0 ? "t" : "u"), limits, settings, token);
                InterlockedMax(ref most, Interlocked.Increment(ref inside));
                Interlocked.Decrement(ref inside);
            }
            catch (ConductorException)
            {
                // full
            }
        });

        Assert.InRange(most, 1, 4);
        Assert.Equal(0, gate.Active);
    }

    private static Task<ConductorException> RefusedAsync(ConcurrencyGate gate, CallerLimits limits, LimitsSettings settings, string key = "k") =>
        Assert.ThrowsAsync<ConductorException>(async () => await gate.EnterAsync(Caller(key), limits, settings, CancellationToken.None));

    private static CallContext Caller(string key = "k", string tenant = "t") => CallContext.New() with { TenantId = tenant, KeyId = key };

    private static LimitsSettings Queued(int places, int length) => new() { MaxConcurrentRequests = places, Queue = new QueueSettings { Length = length, Wait = TimeSpan.FromSeconds(5) } };

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
