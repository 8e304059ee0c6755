using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Storage;

namespace Conductor.Core.Tests.Machine;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Admission_HostFull_503AndPlaceReturnedOnDisposal()
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Limits = new LimitsSettings { MaxConcurrentRequests = 2 } };
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(settings, [a]);
        ChatCall[] held = [machine.Chat(), machine.Chat()];
        await machine.SendAsync(held[0]);
        await machine.SendAsync(held[1]);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));
        await held[0].DisposeAsync();
        await machine.SendAsync(machine.Chat());

        Assert.Equal((503, "queue_full", 3), (error.Status, error.Code, a.Calls));
        Assert.NotNull(error.RetryAfter);
    }

    [Theory]
    [InlineData(1, 8_193, "input")]
    [InlineData(1, 0, "input")]
    [InlineData(3, 8_193, "input[2]")]
    public async Task Admission_EmbeddingInputOfWrongLength_400NamesIt(int count, int lastLength, string field)
    {
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a]);
        string[] inputs = [.. Enumerable.Repeat("fine", count - 1), new string('x', lastLength)];

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => machine.SendAsync(machine.Embedding("fast", "t", inputs)));

        Assert.Equal((field, "invalid_length", 0), (error.Param, error.Code, a.Calls));
    }

    [Fact]
    public async Task Admission_TenantFull_OthersStillServed()
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Concurrency = 1 } } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);
        var held = machine.Chat(tenant: "t");
        await machine.SendAsync(held);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat(tenant: "t")));
        await machine.SendAsync(machine.Chat(tenant: "other"));
        await held.DisposeAsync();
        await machine.SendAsync(machine.Chat(tenant: "t"));

        Assert.Equal("queue_full", error.Code);
        Assert.StartsWith("1 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admission_TenantsLimitTakenAwayMeanwhile_CountStaysRight()
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Concurrency = 1 } } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);
        var held = machine.Chat(tenant: "t");
        await machine.SendAsync(held);

        machine.Rebuild(TestMachine.Alias("fast", "a/m"), [new FakeProvider("a")], []);
        await held.DisposeAsync();
        machine.Rebuild(settings, [new FakeProvider("a")], []);
        var next = machine.Chat(tenant: "t");
        await machine.SendAsync(next);
        await next.DisposeAsync();

        machine.AssertIdle();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Admission_CallFailsOrCallerLeaves_PlaceReturned(bool isCancelled)
    {
        using var leaves = new CancellationTokenSource();
        var a = new FakeProvider("a") { Answer = (_, _, token) => isCancelled ? Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token) : throw new FormatException() };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat();

        var sent = machine.SendAsync(call, leaves.Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sent.WaitAsync(TimeSpan.FromSeconds(30)));
        await call.DisposeAsync();

        machine.AssertIdle();
    }

    [Fact]
    public async Task Admission_RefusedCalls_LeaveNothingBehind()
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Limits = new LimitsSettings { MaxConcurrentRequests = 0 } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);

        for (var i = 0; i < 5; i++)
        {
            var call = machine.Chat();
            await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
            await call.DisposeAsync();
        }

        machine.AssertIdle();
    }

    [Fact]
    public async Task Admission_LedgerFull_503AndNoProviderCall()
    {
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a], ledger: new LedgerWriterOptions { Capacity = 0 });

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((503, "storage_full", 0), (error.Status, error.Code, a.Calls));
    }

    [Fact]
    public async Task Cost_PriceUnknownAndNothingAtStake_AllowedWithCostUnknown()
    {
        await using var machine = TestMachine.Fast(Unpriced("a"));
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal((null, "unknown"), (CallCost.Of(call).Usd, CallCost.Of(call).Status));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((null, CostStatus.Unknown), (row.Cost, row.CostStatus));
    }

    public static TheoryData<string> Stakes => ["key", "budget", "setting"];

    [Theory]
    [MemberData(nameof(Stakes))]
    public async Task Cost_PriceUnknownAndMoneyCounts_Refused(string stake)
    {
        var a = Unpriced("a");
        await using var machine = new TestMachine(AtStake(stake), [a, new FakeProvider("b")]);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((403, "price_unknown", 0), (error.Status, error.Code, a.Calls));
    }

    [Theory]
    [MemberData(nameof(Stakes))]
    public async Task Cost_ProviderPricesItself_ServedAndBookedAtItsPrice(string stake)
    {
        var a = Unpriced("a");
        a.Estimate = usage => new NanoUsd(usage.TotalTokens * 1_000);
        await using var machine = new TestMachine(AtStake(stake), [a, new FakeProvider("b")]);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal((0.000_008m, "settled"), (CallCost.Of(call).Usd, CallCost.Of(call).Status));
        machine.Entry("a").Retire();
        Assert.True(machine.Entry("a").Drained.IsCompleted);
    }

    [Fact]
    public async Task Cost_ProviderFailsToPriceItself_Refused()
    {
        var a = Unpriced("a");
        a.Estimate = _ => throw new FormatException("scripted");
        await using var machine = new TestMachine(AtStake("key"), [a, new FakeProvider("b")]);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal("price_unknown", error.Code);
    }

    [Fact]
    public async Task Cost_OneOfTwoPricesUnknown_OnlyThePricedTargetServes()
    {
        var a = Unpriced("a");
        var settings = AtStake("key") with { Aliases = TestMachine.Alias("fast", "a/m", "b/m").Aliases };
        await using var machine = new TestMachine(settings, [a, new FakeProvider("b")]);
        var call = machine.Chat();

        var outcome = await machine.SendAsync(call);

        Assert.Equal(("b", 0), (outcome.Provider, a.Calls));
        Assert.Contains(call.Plan.Decisions, decision => decision is { Target: "a/m", IsTaken: false });
    }

    [Fact]
    public async Task Cost_PriceUnknownButSettingAllows_ServedInSpiteOfAKey()
    {
        var settings = AtStake("key") with { Prices = new PricesSettings { Unknown = UnknownPriceRule.Allow } };
        await using var machine = new TestMachine(settings, [Unpriced("a")]);

        Assert.Equal("a", (await machine.SendAsync(machine.Chat())).Provider);
    }

    [Fact]
    public async Task Cost_PriceUnknownUnderQuarantine_BookedAtTheCeilingAsAnEstimate()
    {
        var settings = AtStake("key") with { Prices = new PricesSettings { Unknown = UnknownPriceRule.Quarantine, Ceiling = new PriceSettings { Input = 100, Output = 200, PerRequest = 0.5m } } };
        await using var machine = new TestMachine(settings, [Unpriced("a")]);
        var call = machine.Chat();

        await machine.SendAsync(call);

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal(new NanoUsd((row.Usage.InputTokens * 100_000) + (row.Usage.OutputTokens * 200_000) + 500_000_000), row.Cost);
        Assert.Equal((CostStatus.Estimated, machine.Snapshot.Prices.Version + "+ceiling"), (row.CostStatus, row.PriceVersion));
        Assert.True(row.Reserved >= row.Cost);
    }

    [Fact]
    public async Task Cost_QuarantineAndAPrice_ThePriceIsTaken()
    {
        var settings = AtStake("key") with { Prices = new PricesSettings { Unknown = UnknownPriceRule.Quarantine } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a")]);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal((CostStatus.Settled, machine.Snapshot.Prices.Version), (call.Attempts[0].CostStatus, Assert.Single(await machine.RowsAsync(call)).PriceVersion));
    }

    [Fact]
    public async Task Cost_PriceChangesBetweenPlanAndAttempt_TheOneInForceAtTheAttemptsStartCounts()
    {
        var midnight = new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero);
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with
        {
            Catalog =
            [
                new CatalogModelSettings { Provider = "b", Model = "m", UsdPerMillion = [new PriceSettings { Input = 1, Output = 1, ValidUntil = midnight }, new PriceSettings { Input = 7, Output = 7, ValidFrom = midnight }] },
            ],
        };
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(settings, [a, new FakeProvider("b")]);
        a.Answer = (_, _, _) =>
        {
            machine.Time.Advance(midnight - machine.Time.GetUtcNow());
            throw new ProviderException(ProviderErrorKind.Network, "scripted");
        };
        var call = machine.Chat();
        call.Request.Options.MaxOutputTokens = 5;

        await machine.SendAsync(call);

        Assert.Equal(NanoUsd.FromUsd(1), call.Plan.Hops[1].Price!.InputPerMillion);
        Assert.Equal(("b", NanoUsd.FromUsd(7)), (call.Attempts[1].Target.Provider.Name, call.Attempts[1].Target.Price!.InputPerMillion));
        Assert.Equal(new NanoUsd(call.Attempts[1].Usage.TotalTokens * 7_000), call.Attempts[1].Cost);
    }

    [Fact]
    public async Task Cost_FreeProvider_CostsNothing()
    {
        var a = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = ModelPrice.Free }] };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal((0m, "settled"), (CallCost.Of(call).Usd, CallCost.Of(call).Status));
    }

    [Fact]
    public async Task Cost_FailedThenSettled_SumOfWhatWasUsed()
    {
        var a = new FakeProvider("a").Failing(ProviderErrorKind.Overloaded);
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal((0.000_013m, "settled"), (CallCost.Of(call).Usd, CallCost.Of(call).Status));
    }

    [Fact]
    public async Task KeyRing_NoKeys_EverybodyIsTheDefaultTenant()
    {
        await using var machine = TestMachine.With();
        var ring = machine.Get<KeyRing>();

        Assert.True(ring.IsOpen);
        Assert.Equal(CallerIdentity.Anonymous, ring.Authenticate(null));
        Assert.Equal(CallerIdentity.Anonymous, ring.Authenticate("anything"));
    }

    [Fact]
    public async Task KeyRing_Keys_OnlyTheirHoldersComeIn()
    {
        var settings = new ConductorSettings { Keys = [Key("good", "one"), Key("late", "two") with { Expires = new DateTimeOffset(2026, 1, 1, 0, 0, 1, TimeSpan.Zero) }, Key(new string('k', 1_025), "long")] };
        await using var machine = new TestMachine(settings);
        var ring = machine.Get<KeyRing>();

        Assert.False(ring.IsOpen);
        Assert.Equal(CallerIdentity.Of(settings.Keys[0]), ring.Authenticate("good"));
        Assert.Equal(CallerIdentity.Of(settings.Keys[1]), ring.Authenticate("late"));
        machine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(ring.Authenticate("late"));
        Assert.All(new string?[] { null, "", "Good", "good ", "goo", new string('k', 1_025), "\ud800" }, wrong => Assert.Null(ring.Authenticate(wrong)));
    }

    [Fact]
    public async Task KeyRing_KeysReplaced_OldOnesOut()
    {
        await using var machine = new TestMachine(new ConductorSettings { Keys = [Key("old", "one")] });
        var ring = machine.Get<KeyRing>();
        Assert.NotNull(ring.Authenticate("old"));

        machine.Rebuild(new ConductorSettings { Keys = [Key("new", "two")] }, [], []);

        Assert.Null(ring.Authenticate("old"));
        Assert.Equal("two", ring.Authenticate("new")?.KeyId);
    }

    private static CallerKeySettings Key(string key, string name) =>
        new() { Tenant = "t", Name = name, Hash = SHA256.HashData(Encoding.UTF8.GetBytes(key)) };

    private static FakeProvider Unpriced(string name) => new(name) { Models = [FakeProvider.Model("m") with { Price = null }] };

    private static ConductorSettings AtStake(string stake)
    {
        var settings = TestMachine.Alias("fast", "a/m");
        return stake switch
        {
            "key" => settings with { Keys = [Key("k", "k")] },
            "budget" => settings with { Tenants = new Dictionary<string, TenantSettings> { ["somebody"] = new() { Budgets = [new BudgetSettings { Limit = NanoUsd.FromUsd(1) }] } } },
            _ => settings with { Prices = new PricesSettings { Unknown = UnknownPriceRule.Refuse } },
        };
    }
}
