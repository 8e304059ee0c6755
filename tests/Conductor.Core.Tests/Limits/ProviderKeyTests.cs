using System.Collections.Concurrent;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Plugins;
using Conductor.Providers;
using Conductor.Security;
using Conductor.Settings;

namespace Conductor.Core.Tests.Limits;

/// <summary>Several keys of one provider, over the whole pipeline.</summary>
public sealed class ProviderKeyTests
{
    [Theory]
    [InlineData("1,1", "1212121212")]
    [InlineData("3,1", "1121112111")]
    [InlineData("1,2,1", "2132213221")]
    [InlineData("0.5,1.5", "2122212221")]
    public async Task Keys_TakeTurnsByTheirWeight(string weights, string turns)
    {
        var provider = new FakeProvider("a") { Keys = [.. weights.Split(',').Select((weight, i) => Key(i) with { Weight = decimal.Parse(weight) })] };
        await using var machine = TestMachine.Fast(provider);

        for (var i = 0; i < turns.Length; i++)
        {
            await AskAsync(machine);
        }

        Assert.Equal(turns, string.Concat(provider.KeysUsed));
        Assert.Equal(turns.Count(turn => turn == '1'), machine.Entry("a").KeyStatuses[0].Requests);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(600)]
    public async Task Callers_AtOnceOnTwoKeysOfTwenty_FortyReachTheUpstream(int callers)
    {
        var provider = new FakeProvider("a") { Keys = [Limited(0, rpm: 20), Limited(1, rpm: 20)] };
        await using var machine = TestMachine.Fast(provider);
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refusals = new ConcurrentBag<ConductorException>();

        var asking = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            await start.Task;
            try
            {
                await AskAsync(machine);
            }
            catch (ConductorException refused)
            {
                refusals.Add(refused);
            }
        })).ToList();
        start.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((callers - 40, 40), (refusals.Count, provider.Calls));
        Assert.Equal((20, 20), (provider.KeysUsed.Count(key => key == 1), provider.KeysUsed.Count(key => key == 2)));
        Assert.All(refusals, refused => Assert.Equal((429, "rate_limit_exceeded", TimeSpan.FromMinutes(1)), (refused.Status, refused.Code, refused.RetryAfter)));
        machine.AssertIdle();
        machine.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(machine);
    }

    [Fact]
    public async Task AllKeysExhausted_TheTargetIsPassedOver_AndIsNoAttempt()
    {
        var (first, second) = (new FakeProvider("a") { Keys = [Limited(0, rpm: 1)] }, new FakeProvider("b"));
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m", "b/m") with { Reliability = new ReliabilitySettings { MaxAttempts = 1 } }, [first, second]);
        await AskAsync(machine);

        await using var call = machine.Chat();
        var outcome = await machine.SendAsync(call);

        Assert.Equal(("b", 1, 1), (outcome.Provider, call.Attempts.Count, first.Calls));
        Assert.Single(await machine.RowsAsync(call));
        machine.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(machine);
        Assert.Equal(2, first.Calls);
    }

    [Fact]
    public async Task AllTargetsExhausted_TheShortestWaitIsTold_AndIsTrue()
    {
        var (first, second) = (new FakeProvider("a") { Keys = [Limited(0, rpm: 1)] }, new FakeProvider("b") { Keys = [Limited(0, rpm: 1)] });
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with { Limits = new LimitsSettings { Rates = new RateLimitSettings { Rpm = 3 } } };
        await using var machine = new TestMachine(settings, [first, second]); // a third request is refused, and is none
        await AskAsync(machine);
        machine.Time.Advance(TimeSpan.FromSeconds(25));
        await AskAsync(machine);

        await using var call = machine.Chat();
        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((429, "rate_limit_exceeded", TimeSpan.FromSeconds(35)), (refused.Status, refused.Code, refused.RetryAfter));
        Assert.Empty(call.Attempts);
        machine.Time.Advance(refused.RetryAfter!.Value);
        await AskAsync(machine);
        Assert.Equal((2, 1), (first.Calls, second.Calls));
        await call.DisposeAsync();
        machine.AssertIdle();
    }

    [Fact]
    public async Task UpstreamSaysThatNothingIsLeft_TheKeyIsSkippedForThatModelUntilThen()
    {
        var provider = new FakeProvider("a", "m", "n") { Keys = [Key(0), Key(1)] };
        await using var machine = TestMachine.Fast(provider);
        provider.Answer = (_, options, _) =>
        {
            var isFirst = provider.Ring!.Current.Number == 1;
            provider.Ring.Report(provider.Ring.Current, new ProviderKeyReport(options.ModelId, ExhaustedFor: isFirst ? TimeSpan.FromSeconds(20) : null));
            return Task.FromResult(Replies.Text("hi"));
        };
        await AskAsync(machine);
        Assert.Equal("exhausted", machine.Entry("a").KeyStatuses[0].State);
        for (var i = 0; i < 4; i++)
        {
            await AskAsync(machine);
        }

        Assert.Equal("12222", string.Concat(provider.KeysUsed));
        await AskAsync(machine, model: "a/n");
        await AskAsync(machine, model: "a/n");
        Assert.Contains('1', string.Concat(provider.KeysUsed.Skip(5)));
        machine.Time.Advance(TimeSpan.FromSeconds(20));
        await AskAsync(machine);
        await AskAsync(machine);
        Assert.Contains('1', string.Concat(provider.KeysUsed.Skip(7)));
    }

    [Theory]
    [InlineData(ProviderErrorKind.Credentials, "set_aside", "the upstream refuses it")]
    [InlineData(ProviderErrorKind.QuotaExhausted, "set_aside", "its account is used up")]
    [InlineData(ProviderErrorKind.RateLimited, "exhausted", null)]
    public async Task KeyRefused_TheCallGoesOnWithAnother_AndTheKeyIsSetAside(ProviderErrorKind kind, string state, string? reason)
    {
        var provider = new FakeProvider("a") { Keys = [Key(0), Key(1)] };
        await using var machine = TestMachine.Fast(provider);
        var isMended = false;
        provider.Answer = (_, options, _) =>
        {
            var key = provider.Ring!.Current;
            var fails = key.Number == 1 && !isMended;
            provider.Ring.Report(key, new ProviderKeyReport(options.ModelId, fails ? kind : null));
            return fails ? throw new ProviderException(kind, "scripted") : Task.FromResult(Replies.Text("hi"));
        };

        await using var call = machine.Chat();
        await machine.SendAsync(call);
        await AskAsync(machine);
        await AskAsync(machine);

        Assert.Equal(2, call.Attempts.Count);
        Assert.Equal("1222", string.Concat(provider.KeysUsed));
        var status = machine.Entry("a").KeyStatuses[0];
        Assert.Equal((1, state, reason), (status.Number, status.State, status.Reason));
        isMended = true;
        machine.Time.Advance(status.Left!.Value);
        await AskAsync(machine);
        await AskAsync(machine);
        Assert.Contains('1', string.Concat(provider.KeysUsed.Skip(4)));
        Assert.Equal(("in_use", null), (machine.Entry("a").KeyStatuses[0].State, machine.Entry("a").KeyStatuses[0].Reason));
    }

    [Fact]
    public async Task UpstreamThatWantsDays_IsAskedAgainAfterMinutes()
    {
        var provider = new FakeProvider("a") { Keys = [Key(0)] };
        await using var machine = TestMachine.Fast(provider);
        provider.Answer = (_, options, _) =>
        {
            provider.Ring!.Report(provider.Ring.Current, new ProviderKeyReport(options.ModelId, ProviderErrorKind.RateLimited, TimeSpan.FromDays(1)));
            throw new ProviderException(ProviderErrorKind.RateLimited, "scripted") { RetryAfter = TimeSpan.FromDays(1) };
        };
        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));

        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));

        Assert.Equal((TimeSpan.FromMinutes(5), 1), (refused.RetryAfter, provider.Calls));
        machine.Time.Advance(TimeSpan.FromMinutes(5));
        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        Assert.Equal(2, provider.Calls);
    }

    [Fact]
    public async Task AllKeysRefused_TheUpstreamIsStillAsked_AndTheCallerHearsWhatItSays()
    {
        var provider = new FakeProvider("a") { Keys = [Key(0)] };
        await using var machine = TestMachine.Fast(provider);
        provider.Answer = (_, options, _) =>
        {
            provider.Ring!.Report(provider.Ring.Current, new ProviderKeyReport(options.ModelId, ProviderErrorKind.Credentials));
            throw new ProviderException(ProviderErrorKind.Credentials, "scripted");
        };

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("upstream_credentials_exhausted", (await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine))).Code);
        }

        Assert.Equal(3, provider.Calls);
    }

    [Fact]
    public async Task PluginThatKnowsOneKeyOnly_IsCountedOnTheFirst()
    {
        var provider = new FakeProvider("a") { Keys = [Limited(0, rpm: 2), Limited(1, rpm: 10)], JoinsKeys = false };
        await using var machine = TestMachine.Fast(provider);
        await AskAsync(machine);
        await AskAsync(machine);

        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));

        Assert.Equal("11", string.Concat(provider.KeysUsed));
    }

    [Fact]
    public async Task TokensOfAKey_AreSetAsideAndGivenBack()
    {
        var provider = new FakeProvider("a") { Keys = [new ProviderKeySettings(new Secret("key-0")) { Limits = new RateLimitSettings { Tpm = 5_000 } }] };
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Answer = async (_, _, _) =>
        {
            await hold.Task;
            return Replies.Text("hi", 400, 100);
        };
        await using var machine = TestMachine.Fast(provider);
        await using var first = machine.Chat(); // it may be answered with 4,096 tokens
        var sent = machine.SendAsync(first);
        await provider.WaitForCallsAsync(1);
        Assert.Equal("rate_limit_exceeded", (await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine))).Code);

        hold.SetResult();
        await sent;
        await AskAsync(machine); // 500 are used

        Assert.Equal(2, provider.Calls);
        await first.DisposeAsync();
        machine.AssertIdle();
    }

    private static ProviderKeySettings Key(int index) => new(new Secret($"key-{index}"));

    private static ProviderKeySettings Limited(int index, int rpm) => Key(index) with { Limits = new RateLimitSettings { Rpm = rpm } };

    private static async Task AskAsync(TestMachine machine, string model = "fast")
    {
        await using var call = machine.Chat(model);
        await machine.SendAsync(call);
    }
}
