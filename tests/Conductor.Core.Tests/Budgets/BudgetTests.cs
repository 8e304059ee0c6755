using System.Collections.Concurrent;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Core.Tests.Budgets;

/// <summary>Budgets over the whole pipeline. The fake's model costs 1 USD a million tokens in and 2 USD out: a thousand and two thousand nano-dollars a token.</summary>
public sealed class BudgetTests
{
    private const int Limit = 10; // tokens of an answer
    private static readonly NanoUsd CallsWorst = WorstOf("hello there");

    [Theory]
    [InlineData(64)]
    [InlineData(600)]
    public async Task Callers_AtOnceOnABudgetForTwenty_TwentyAreServedAndTheRestRefused(int callers)
    {
        var provider = new FakeProvider("a");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        provider.Answer = async (_, _, _) =>
        {
            await gate.Task; // nobody settles before everybody has asked
            return Costing(CallsWorst);
        };
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = new NanoUsd((CallsWorst.Value * 20) + (CallsWorst.Value / 2)) });
        var told = new ConcurrentBag<string>();

        var asking = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            await using var call = Ask(machine);
            try
            {
                await machine.SendAsync(call);
                told.Add("ok");
            }
            catch (ConductorException refused)
            {
                Assert.Equal((429, "insufficient_quota", "budget_exceeded", false), (refused.Status, refused.Type, refused.Code, refused.ShouldRetry));
                told.Add("refused");
            }
        })).ToList();
        await Until(() => told.Count == callers - 20);
        gate.SetResult();
        await Task.WhenAll(asking);

        Assert.Equal((20, callers - 20), (told.Count(one => one == "ok"), told.Count(one => one == "refused")));
        Assert.Equal(20, provider.Calls);
        machine.AssertIdle();
    }

    [Fact]
    public async Task Budget_SpentOneByOne_NearlyAllOfItIsUsable()
    {
        var provider = new FakeProvider("a");
        var cost = new NanoUsd(CallsWorst.Value / 3);
        provider.Answer = (_, _, _) => Task.FromResult(Costing(cost));
        var limit = new NanoUsd(CallsWorst.Value * 40);
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = limit });
        var spent = NanoUsd.Zero;

        for (var i = 0; i < 200; i++)
        {
            await using var call = Ask(machine);
            try
            {
                await machine.SendAsync(call);
                spent += CallCost.Of(call).Amount!.Value;
            }
            catch (ConductorException refused) when (refused.Code == "budget_exceeded")
            {
                break;
            }
        }

        Assert.InRange((double)spent.Value / (double)limit.Value, 0.95, 1.0);
    }

    [Fact]
    public async Task NewDay_TheBudgetIsWholeAgain_ButForWhatIsStillHeld()
    {
        var provider = new FakeProvider("a");
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = new NanoUsd(CallsWorst.Value * 2), Per = BudgetPeriod.Day });
        machine.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(10)); // 23:59:50
        provider.Answer = (_, _, _) => Task.FromResult(Costing(CallsWorst));
        await SendAsync(machine);
        var gate = new TaskCompletionSource();
        provider.Answer = async (_, _, _) =>
        {
            await gate.Task;
            return Costing(CallsWorst);
        };
        await using var late = Ask(machine);
        var sending = machine.SendAsync(late);
        await provider.WaitForCallsAsync(2);
        provider.Answer = (_, _, _) => Task.FromResult(Costing(CallsWorst));
        Assert.Contains("Resets 2026-01-02T00:00:00Z.", (await RefusedAsync(machine)).Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), (await RefusedAsync(machine)).RetryAfter);

        machine.Time.Advance(TimeSpan.FromSeconds(10));

        await SendAsync(machine); // one fits beside the one from yesterday
        await RefusedAsync(machine);
        gate.SetResult();
        await sending;
        await late.DisposeAsync();
        await SendAsync(machine); // what yesterday's cost counts for yesterday
        await RefusedAsync(machine);
    }

    [Fact]
    public async Task Failure_ThatCostSomething_TheNextTargetIsTakenOnlyWhereItFits()
    {
        var (first, second) = (new FakeProvider("a"), new FakeProvider("b"));
        await using var machine = Budgeted([first, second], new BudgetSettings { Limit = new NanoUsd(CallsWorst.Value * 3 / 2) });
        first.Stream = (_, token) => Replies.Script(token, Replies.Usage((long)(CallsWorst.Value / 1_000), 0), new ProviderException(ProviderErrorKind.ServerError, "broke"));

        await using var call = machine.Chat(isStreaming: true);
        call.Request.Options.MaxOutputTokens = Limit;
        var failed = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal("upstream_error", failed.Code);
        Assert.Equal((1, 0), (first.StreamsOpened, second.StreamsOpened)); // all but half a call's worst case is spent
    }

    [Fact]
    public async Task Failure_ThatCostNothing_TheNextTargetIsTaken()
    {
        var (first, second) = (new FakeProvider("a").Failing(new ProviderException(ProviderErrorKind.RateLimited, "not now")), new FakeProvider("b"));
        await using var machine = Budgeted([first, second], new BudgetSettings { Limit = CallsWorst });

        await using var call = Ask(machine);

        Assert.Equal("b", (await machine.SendAsync(call)).Provider);
    }

    [Fact]
    public async Task DearTarget_DoesNotFit_TheCheaperOneAnswers()
    {
        var dear = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(100), OutputPerMillion = NanoUsd.FromUsd(200) } }] };
        await using var machine = Budgeted([dear, new FakeProvider("b")], new BudgetSettings { Limit = new NanoUsd(CallsWorst.Value * 2) });

        await using var call = Ask(machine);

        Assert.Equal("b", (await machine.SendAsync(call)).Provider);
        Assert.Contains(call.Plan.Decisions, decision => decision.Target == "a/m" && !decision.IsTaken && decision.Reason.Contains("more than a budget has left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoLimitOfTheCallersOwn_TheStandardOneIsSentAndSaid()
    {
        var provider = new FakeProvider("a");
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = NanoUsd.FromUsd(1) });
        await using var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal(4_096, provider.Asked.Options.MaxOutputTokens);
        Assert.Contains("max_tokens", call.ChangedParameters);
    }

    [Fact]
    public async Task NoLimitOfTheCallersOwn_ACrashWouldBookNoMoreThanIsHeld()
    {
        var provider = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { MaxOutputTokens = 100_000 }] };
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = NanoUsd.FromUsd(1) });
        await using var call = machine.Chat();
        NanoUsd? held = null;
        provider.Answer = (_, _, _) =>
        {
            held = call.Budget!.Amount;
            return Task.FromResult(Replies.Text("x"));
        };

        await machine.SendAsync(call);

        Assert.Equal(4_096, call.Reservation.OutputTokens);
        Assert.True(call.Reservation.Cost <= held, $"{call.Reservation.Cost} {held}");
    }

    [Theory]
    [InlineData("plain", 1_000)]
    [InlineData("kept for \"1h\"", 6_000)]
    public async Task PartsThatCostMore_AreHeldWhereTheRequestHasThem(string text, long nanoPerToken)
    {
        var provider = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(1), CacheWriteHourPerMillion = NanoUsd.FromUsd(6), OutputPerMillion = NanoUsd.FromUsd(2) } }] };
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = NanoUsd.FromUsd(1) });
        await using var call = machine.Raw($"text={text}");
        NanoUsd? held = null;
        provider.Answer = (_, _, _) =>
        {
            held = call.Budget!.Amount;
            return Task.FromResult(Replies.Text("x"));
        };

        await machine.SendAsync(call);

        Assert.Equal(new NanoUsd(((32 + 5 + text.Length) * nanoPerToken) + (4_096 * 2_000)), held);
    }

    [Fact]
    public async Task NoLimitOfTheCallersOwn_AsBytes_GoesTypedWithTheStandardOne()
    {
        var provider = new FakeProvider("a") { Transport = new FakeTransport((_, _) => throw new InvalidOperationException("not asked")) };
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = NanoUsd.FromUsd(1) });
        await using var call = machine.Raw("text=hello");

        await machine.SendAsync(call);

        Assert.Equal(4_096, provider.Asked.Options.MaxOutputTokens);
    }

    [Fact]
    public async Task NoLimitOfTheCallersOwn_AndLossesRefused_IsRefused()
    {
        await using var machine = Budgeted(new FakeProvider("a"), new BudgetSettings { Limit = NanoUsd.FromUsd(1) });
        await using var call = machine.Chat(options: new CallOptions { RefuseLosses = true });

        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((400, "max_tokens"), (refused.Status, refused.Param));
    }

    [Fact]
    public async Task SoftBudget_CallsGoOn_AndSomebodyIsToldOnceForEachHeight()
    {
        var provider = new FakeProvider("a");
        provider.Answer = (_, _, _) => Task.FromResult(Costing(CallsWorst));
        var sink = new Sink();
        await using var machine = Budgeted([provider], new BudgetSettings { Limit = new NanoUsd(CallsWorst.Value * 4), Mode = BudgetMode.Soft, AlertPercent = 50 }, sink: sink);

        for (var i = 0; i < 6; i++)
        {
            await SendAsync(machine);
        }

        Assert.Equal([(50m, CallsWorst.Value * 2), (100m, CallsWorst.Value * 4)], sink.Alerts.Select(alert => (alert.Percent, alert.Spent.Value)));
        await using var open = machine.Chat();
        await machine.SendAsync(open);
        Assert.Null(provider.Asked.Options.MaxOutputTokens); // nothing depends on it
    }

    [Fact]
    public async Task Request_MayCostSoMuch_ALargerOneIsRefused()
    {
        var provider = new FakeProvider("a");
        await using var machine = Budgeted(provider, new BudgetSettings { Limit = CallsWorst, Per = BudgetPeriod.Request });
        await SendAsync(machine);
        await SendAsync(machine);

        await using var larger = machine.Chat(text: "hello there", isStreaming: false);
        larger.Request.Options.MaxOutputTokens = Limit * 50;
        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(larger));

        Assert.Equal(("budget_exceeded", (TimeSpan?)null), (refused.Code, refused.RetryAfter));
        Assert.Contains("one request may cost", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, provider.Calls);
    }

    [Theory]
    [InlineData(0.000_01, 0)] // not even the first question fits
    [InlineData(0.0052, 1)] // the first one fits; its repair, beside what it cost, does not
    [InlineData(1, 2)]
    public async Task Operation_EveryQuestionIsSetAside_ARepairThatDoesNotFitIsNotAsked(decimal usd, int questions)
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("not JSON", input: 5_000, output: 0)) };
        await using var machine = Budgeted([provider], new BudgetSettings { Limit = NanoUsd.FromUsd(usd) }, operations: [new FakeOperation()]);
        var call = machine.Operation();

        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
        await call.DisposeAsync();

        Assert.Equal(questions < 2 ? "budget_exceeded" : "upstream_invalid_response", refused.Code);
        Assert.Equal(questions, provider.Questions.Count);
        Assert.Equal(new NanoUsd(questions * 5_000_000), Assert.Single(await machine.RowsAsync(call)).Cost);
        machine.AssertIdle();
    }

    [Fact]
    public async Task FreeTarget_ServesOnASpentBudget()
    {
        var free = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = ModelPrice.Free }] };
        await using var machine = Budgeted(free, new BudgetSettings { Limit = new NanoUsd(1) });
        await using var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Null(free.Asked.Options.MaxOutputTokens); // what costs nothing needs no limit
    }

    [Theory]
    [InlineData("tenant")]
    [InlineData("key")]
    [InlineData("operation")]
    [InlineData("global")]
    public async Task Scope_OnlyItsOwnCallsAreRefused(string scope)
    {
        var provider = new FakeProvider("a");
        provider.Answer = (_, _, _) => Task.FromResult(Costing(CallsWorst));
        var budget = new BudgetSettings { Limit = CallsWorst };
        var settings = TestMachine.Alias("fast", "a/m");
        settings = scope switch
        {
            "tenant" => settings with { Tenants = new Dictionary<string, TenantSettings> { ["default"] = new() { Budgets = [budget] } } },
            "key" => settings with { Keys = [new CallerKeySettings { Tenant = "default", Name = "k", Hash = new byte[32], Budgets = [budget] }] },
            "operation" => settings with { Operations = new Dictionary<string, OperationSettings> { ["chat"] = new() { Budgets = [budget], Section = new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build() } } },
            _ => settings with { Budgets = new BudgetsSettings { Global = [budget] } },
        };
        await using var machine = new TestMachine(settings, [provider]);
        await using var first = machine.Chat(key: "k");
        first.Request.Options.MaxOutputTokens = Limit;
        await machine.SendAsync(first);
        await first.DisposeAsync();

        Task Try(ChatCall call)
        {
            call.Request.Options.MaxOutputTokens = Limit;
            return machine.SendAsync(call);
        }

        await Assert.ThrowsAsync<ConductorException>(() => Try(machine.Chat(key: "k")));
        Assert.Equal(scope is "tenant" or "operation" or "global", await Record.ExceptionAsync(() => Try(machine.Chat(key: "other"))) is ConductorException);
        Assert.Equal(scope is "operation" or "global", await Record.ExceptionAsync(() => Try(machine.Chat(tenant: "t2", key: "k"))) is ConductorException);
    }

    private static NanoUsd WorstOf(string text) => new(((32 + 16 + text.Length) * 1_000) + (Limit * 2_000));

    private static TestMachine Budgeted(FakeProvider provider, BudgetSettings budget) => Budgeted([provider], budget);

    private static TestMachine Budgeted(IReadOnlyList<FakeProvider> providers, BudgetSettings budget, IReadOnlyList<Operations.IOperation>? operations = null, Sink? sink = null) => new(
        TestMachine.Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]) with
        {
            Tenants = new Dictionary<string, TenantSettings> { [CallContext.DefaultTenant] = new() { Budgets = [budget] } },
        },
        providers,
        operations,
        configure: sink is null ? null : services => services.AddSingleton<IBudgetAlertSink>(sink));

    private static ChatCall Ask(TestMachine machine)
    {
        var call = machine.Chat();
        call.Request.Options.MaxOutputTokens = Limit;
        return call;
    }

    private static async Task SendAsync(TestMachine machine)
    {
        await using var call = Ask(machine);
        await machine.SendAsync(call);
    }

    private static async Task<ConductorException> RefusedAsync(TestMachine machine)
    {
        await using var call = Ask(machine);
        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
        Assert.Equal("budget_exceeded", refused.Code);
        return refused;
    }

    /// <summary>An answer whose usage costs just so much.</summary>
    private static ChatResponse Costing(NanoUsd cost) => new(new ChatMessage(ChatRole.Assistant, "hi"))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = new UsageDetails { InputTokenCount = (long)(cost.Value / 1_000), OutputTokenCount = 0, TotalTokenCount = (long)(cost.Value / 1_000) },
    };

    private static async Task Until(Func<bool> happened)
    {
        for (var tries = 0; !happened(); tries++)
        {
            Assert.True(tries < 3_000);
            await Task.Delay(20);
        }
    }

    private sealed class Sink : IBudgetAlertSink
    {
        public List<BudgetAlert> Alerts { get; } = [];

        public void Tell(BudgetAlert alert)
        {
            lock (Alerts)
            {
                Alerts.Add(alert);
            }
        }
    }
}
