using System.Collections.Concurrent;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Limits;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Limits;

/// <summary>Limits over the whole pipeline.</summary>
public sealed class LimitTests
{
    private const int Answer = 10; // the longest answer of a call, in tokens

    /// <summary>What a call holds: the bound of "hello there" and its answer.</summary>
    private static readonly long CallsTokens = 32 + 16 + "hello there".Length + Answer;

    [Theory]
    [InlineData(64, "chat")]
    [InlineData(600, "chat")]
    [InlineData(64, "stream")]
    [InlineData(600, "stream")]
    [InlineData(64, "embeddings")]
    [InlineData(600, "embeddings")]
    [InlineData(64, "operation")]
    [InlineData(600, "operation")]
    public async Task Callers_AtOnceOnALimitOfTwenty_TwentyReachTheUpstream(int callers, string kind)
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"hi"}""")) };
        await using var machine = Limited(new RateLimitSettings { Rpm = 20 }, provider, new FakeOperation());
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refusals = new ConcurrentBag<ConductorException>();

        var asking = Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            await start.Task;
            try
            {
                await AskAsync(machine, kind, i);
            }
            catch (ConductorException refused)
            {
                refusals.Add(refused);
            }
        })).ToList();
        start.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal(callers - 20, refusals.Count);
        Assert.All(refusals, refused => Assert.Equal((429, "rate_limit_error", "rate_limit_exceeded", TimeSpan.FromMinutes(1)), (refused.Status, refused.Type, refused.Code, refused.RetryAfter)));
        Assert.Equal(20, provider.Calls);
        machine.AssertIdle();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(600)]
    public async Task Callers_AtOnceOnTokensForTwenty_TwentyReachTheUpstream(int callers)
    {
        var provider = new FakeProvider("a");
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Answer = async (_, _, _) =>
        {
            await hold.Task; // nobody gives back before everybody has asked
            return Replies.Text("hi", CallsTokens - Answer, Answer);
        };
        await using var machine = Limited(new RateLimitSettings { Tpm = (CallsTokens * 20) + 5 }, provider);
        var refused = 0;

        var asking = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            if (await Record.ExceptionAsync(() => AskAsync(machine)) is ConductorException { Code: "rate_limit_exceeded" })
            {
                Interlocked.Increment(ref refused);
            }
        })).ToList();
        for (var tries = 0; Volatile.Read(ref refused) < callers - 20; tries++)
        {
            Assert.True(tries < 3_000);
            await Task.Delay(20);
        }

        hold.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((callers - 20, 20), (refused, provider.Calls));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Refused_ComesBackWhenItWasTold_IsLetIn()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("hi", 200, 50)) };
        await using var machine = Limited(new RateLimitSettings { Rpm = 5, Tpm = 600 }, provider);
        var random = new Random(7);
        var refusals = 0;
        for (var i = 0; i < 200; i++)
        {
            machine.Time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 9_000)));
            if (await Record.ExceptionAsync(() => AskAsync(machine)) is not ConductorException refused)
            {
                continue;
            }

            refusals++;
            Assert.Equal("rate_limit_exceeded", refused.Code);
            machine.Time.Advance(refused.RetryAfter!.Value);
            await AskAsync(machine);
        }

        Assert.InRange(refusals, 20, 200);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tenant")]
    [InlineData("global")]
    public async Task Scope_OnlyItsOwnCallsAreRefused_AndTheSentenceSaysWhose(string scope)
    {
        var one = new RateLimitSettings { Rpm = 1 };
        var settings = scope switch
        {
            "key" => Settings(key: one),
            "tenant" => Settings(tenant: one),
            _ => Settings() with { Limits = new LimitsSettings { Rates = one } },
        };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);
        await AskAsync(machine, key: "k");

        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine, key: "k"));
        var whose = scope switch { "key" => "key 'k'", "tenant" => "tenant 'default'", _ => "all calls" };
        Assert.Equal($"The limit of {whose} is reached: 1 requests per minute. Try again in 60 s.", refused.Message);
        Assert.Equal(scope is "tenant" or "global", await Record.ExceptionAsync(() => AskAsync(machine, key: "other")) is ConductorException);
        Assert.Equal(scope is "global", await Record.ExceptionAsync(() => AskAsync(machine, key: "k", tenant: "t2")) is ConductorException);
    }

    [Fact]
    public async Task SeveralLimits_TheOneThatLastsLongestIsTold_AndNoneIsTakenFor()
    {
        var settings = Settings(key: new RateLimitSettings { Rpm = 2 }, tenant: new RateLimitSettings { Rpm = 3 }) with { Limits = new LimitsSettings { Rates = new RateLimitSettings { Rpm = 4 } } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);
        await AskAsync(machine, key: "other");
        machine.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(machine, key: "k");
        await AskAsync(machine, key: "k");

        for (var i = 0; i < 5; i++)
        {
            var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine, key: "k"));
            Assert.Contains("key 'k'", refused.Message, StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(60), refused.RetryAfter);
        }

        await AskAsync(machine, tenant: "t2"); // the fourth of all
    }

    [Fact]
    public async Task Tokens_AreGivenBackWhenTheAnswerIsThere()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("hi", 4, 1)) };
        await using var machine = Limited(new RateLimitSettings { Tpm = CallsTokens + 20 }, provider);
        await using var call = Sized(machine);

        await machine.SendAsync(call);
        await AskAsync(machine); // before the first is disposed

        Assert.Equal((CallsTokens + 20, CallsTokens + 15), (call.TokenLimit!.Value.Limit.Most, call.TokenLimit!.Value.Remaining));
    }

    [Fact]
    public async Task Tokens_MoreThanExpected_KeepTheNextOut()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("hi", CallsTokens * 2, 1)) };
        await using var machine = Limited(new RateLimitSettings { Tpm = CallsTokens + 20 }, provider);
        await AskAsync(machine);

        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        machine.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(machine);
    }

    [Fact]
    public async Task Call_LargerThanTheWholeLimit_IsToldSoAndNotWhenToComeBack()
    {
        var provider = new FakeProvider("a");
        await using var machine = Limited(new RateLimitSettings { Rpm = 10, Tpm = 5_000 }, provider);
        await using var call = Sized(machine);
        call.Request.Options.MaxOutputTokens = 5_000;

        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((429, "rate_limit_exceeded", (TimeSpan?)null, (bool?)false), (refused.Status, refused.Code, refused.RetryAfter, refused.ShouldRetry));
        Assert.Contains("so it can never be made", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, provider.Calls);
        machine.Time.Advance(TimeSpan.FromSeconds(1));
        await using var small = Sized(machine);
        await machine.SendAsync(small);
        Assert.Equal(9, small.RequestLimit!.Value.Remaining); // the refused one is none
    }

    [Fact]
    public async Task Failure_UsedNothing_TheRequestCountsAndNoToken()
    {
        var provider = new FakeProvider("a").Failing(Providers.ProviderErrorKind.ServerError);
        await using var machine = Limited(new RateLimitSettings { Rpm = 2, Tpm = CallsTokens }, provider);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("upstream_error", (await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine))).Code);
        }

        Assert.Equal("rate_limit_exceeded", (await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine))).Code);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 5)]
    public async Task CacheHits_CountAsRequestsAsTheSettingsSay_AndNeverAsTokens(bool isCounted, int served)
    {
        var provider = new FakeProvider("a");
        provider.Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"hi"}""", 100, 50));
        var settings = Settings(tenant: new RateLimitSettings { Rpm = 3, Tpm = 6_000 }) with { Limits = new LimitsSettings { CountCacheHits = isCounted } };
        await using var machine = new TestMachine(settings, [provider], [new FakeOperation()]);
        var answered = 0;
        for (var i = 0; i < 5; i++)
        {
            await using var call = machine.Operation();
            if (await Record.ExceptionAsync(() => machine.SendAsync(call)) is null)
            {
                answered++;
                var limit = new RateLimit(LimitScope.OfTenant("default"), RateLimitUnit.Tokens, RateLimitPeriod.Minute, 6_000);
                var state = await machine.Get<IRateLimitStore>().LookAsync(new[] { new RateLimitDemand(limit, 0) }, CancellationToken.None);
                Assert.Equal(6_000 - 150, state.States[0].Remaining);
            }
        }

        Assert.Equal((served, 1), (answered, provider.Calls));
    }

    [Fact]
    public async Task Operation_EveryQuestionIsHeld_AndWhatIsNotUsedGivenBack()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("not JSON", 900, 100)) };
        await using var machine = Limited(new RateLimitSettings { Tpm = 6_000 }, provider, new FakeOperation());
        await using var call = machine.Operation();

        await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal(2, provider.Questions.Count); // the question and its repair
        await call.DisposeAsync();
        Assert.Equal(4_000, call.TokenLimit!.Value.Remaining);
    }

    [Fact]
    public async Task Reload_KeepsWhatIsCounted()
    {
        var provider = new FakeProvider("a");
        await using var machine = Limited(new RateLimitSettings { Rpm = 3 }, provider);
        await AskAsync(machine);
        await AskAsync(machine);

        machine.Rebuild(Settings(tenant: new RateLimitSettings { Rpm = 2 }), [provider], []);
        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        machine.Rebuild(Settings(tenant: new RateLimitSettings { Rpm = 4 }), [provider], []);
        await AskAsync(machine);
        await AskAsync(machine);
        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
    }

    [Fact]
    public async Task TokensPerDay_GoOnAfterARestart_FromTheLedger()
    {
        var store = new DurableLedger();
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("hi", 60, 40)) };
        var settings = Settings(key: new RateLimitSettings { TokensPerDay = 300 });
        await using (var first = new TestMachine(settings, [provider], store: store))
        {
            first.Time.Advance(TimeSpan.FromHours(1));
            await AskAsync(first, key: "k");
            await AskAsync(first, key: "k");
            await first.Get<LedgerWriter>().FlushAsync(CancellationToken.None);
        }

        await using var second = new TestMachine(settings, [provider], store: store, time: new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 2, 0, 0, TimeSpan.Zero)));
        await AskAsync(second, key: "k");
        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(second, key: "k"));

        Assert.Contains("300 tokens per day", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(22), refused.RetryAfter);
        second.Time.Advance(refused.RetryAfter!.Value);
        await AskAsync(second, key: "k");
    }

    [Fact]
    public async Task TokensPerDay_LedgerCannotBeRead_NobodyIsLetIn()
    {
        var store = new DurableLedger { Fails = true };
        await using var machine = new TestMachine(Settings(tenant: new RateLimitSettings { TokensPerDay = 300 }), [new FakeProvider("a")], store: store);

        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        store.Fails = false;
        await AskAsync(machine);

        Assert.Equal((503, "storage_full"), (refused.Status, refused.Code));
    }

    private static ConductorSettings Settings(RateLimitSettings? tenant = null, RateLimitSettings? key = null) => TestMachine.Alias("fast", "a/m") with
    {
        Tenants = new Dictionary<string, TenantSettings> { [CallContext.DefaultTenant] = new() { Limits = tenant ?? RateLimitSettings.None }, ["t2"] = new() },
        Keys = [new CallerKeySettings { Tenant = CallContext.DefaultTenant, Name = "k", Hash = new byte[32], Limits = key ?? RateLimitSettings.None }],
        Prices = new PricesSettings { Unknown = UnknownPriceRule.Allow },
    };

    private static TestMachine Limited(RateLimitSettings limits, FakeProvider provider, params Operations.IOperation[] operations) => new(Settings(tenant: limits), [provider], operations);

    private static ChatCall Sized(TestMachine machine, string tenant = CallContext.DefaultTenant, string? key = null, string text = "hello there")
    {
        var call = machine.Chat(tenant: tenant, key: key, text: text);
        call.Request.Options.MaxOutputTokens = Answer;
        return call;
    }

    private static async Task AskAsync(TestMachine machine, string tenant = CallContext.DefaultTenant, string? key = null)
    {
        await using var call = Sized(machine, tenant, key);
        await machine.SendAsync(call);
    }

    private static async Task AskAsync(TestMachine machine, string kind, int number)
    {
        switch (kind)
        {
            case "embeddings":
                await using (var call = machine.Embedding("fast", CallContext.DefaultTenant, $"text {number}"))
                {
                    await machine.SendAsync(call);
                }

                break;
            case "operation":
                await using (var call = machine.Operation($"text {number}"))
                {
                    await machine.SendAsync(call);
                }

                break;
            default:
                await using (var call = machine.Chat(isStreaming: kind == "stream"))
                {
                    var outcome = await machine.SendAsync(call);
                    await foreach (var update in outcome.Updates ?? AsyncEnumerable.Empty<ChatResponseUpdate>())
                    {
                        Assert.NotNull(update);
                    }
                }

                break;
        }
    }
}
