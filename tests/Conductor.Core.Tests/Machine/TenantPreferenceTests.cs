using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Machine;

/// <summary>What a tenant's preferences, targets, chain and own models do to its calls, and not to others'.</summary>
public sealed class TenantPreferenceTests
{
    private static readonly ModelPreferenceSettings PreferB = new() { PrimaryProvider = "b", PrimaryModel = "m", FallbackProviders = ["c"] };

    [Fact]
    public async Task Auto_WithPreference_PrimaryThenItsFallbacks_ForItsTenantAndOperationAlone()
    {
        await using var machine = Machine(new TenantSettings { Preferences = Of("echo", PreferB) });

        Assert.Equal(["b/m", "c/m"], Hops(machine, machine.Operation(model: "auto", tenant: "acme")));
        Assert.Equal(["a/m", "b/m", "c/m"], Hops(machine, machine.Operation(model: "auto", tenant: "globex")).Order());
        Assert.Equal(["a/m", "b/m", "c/m"], Hops(machine, machine.Chat("auto", tenant: "acme")).Order());
        Assert.Equal(["a/m"], Hops(machine, machine.Operation(model: "a/m", tenant: "acme")));
    }

    [Fact]
    public async Task Call_PrimaryFails_FallbackAnswers()
    {
        var (a, b, c) = (new FakeProvider("a"), new FakeProvider("b").Failing(ProviderErrorKind.ServerError), new FakeProvider("c"));
        await using var machine = Machine(new TenantSettings { Preferences = Of("chat", PreferB) }, [a, b, c]);

        var outcome = await machine.SendAsync(machine.Chat("auto", tenant: "acme"));

        Assert.Equal(("c", 0, 1), (outcome.Provider, a.Calls, c.Calls));
    }

    [Theory]
    [InlineData("cost_optimized", "c/cheap")]
    [InlineData("performance_optimized", "c/good")]
    public async Task Fallback_WithoutThePrimaryModel_IsWhatTheStrategyFindsBest(string strategy, string expected)
    {
        var c = new FakeProvider("c", "dear", "cheap", "good");
        c.Models[0] = Model("dear", 9, 0.5);
        c.Models[1] = Model("cheap", 1, 0.1);
        c.Models[2] = Model("good", 5, 0.9);
        await using var machine = Machine(new TenantSettings { Preferences = Of("chat", PreferB with { RoutingStrategy = strategy }) }, [new FakeProvider("b"), c]);

        Assert.Equal(["b/m", expected], Hops(machine, machine.Chat("auto", tenant: "acme")));
    }

    [Fact]
    public async Task Chain_FollowsTheFallbacksOfAPreference_AndTheFirstOfAuto()
    {
        var tenant = new TenantSettings { Preferences = Of("echo", PreferB with { FallbackProviders = [] }), FallbackChain = ["c", "a"] };
        await using var machine = Machine(tenant);

        Assert.Equal(["b/m", "c/m", "a/m"], Hops(machine, machine.Operation(model: "auto", tenant: "acme")));
        var hops = Hops(machine, machine.Chat("auto", tenant: "acme"));
        Assert.Equal(new[] { "c/m", "a/m", "b/m" }.Where(hop => hop != hops[0]), hops.Skip(1));
    }

    [Fact]
    public async Task Preference_OfAProviderThatIsGone_GoesOnToItsFallbacks()
    {
        await using var machine = Machine(new TenantSettings { Preferences = Of("chat", PreferB with { PrimaryProvider = "gone" }) });

        Assert.Equal(["c/m"], Hops(machine, machine.Chat("auto", tenant: "acme")));
    }

    [Fact]
    public async Task Preference_ForAModelThatTheTenantMayNotUse_IsNotTaken()
    {
        await using var machine = Machine(new TenantSettings { Preferences = Of("chat", PreferB), Models = ["c/*"] });

        Assert.Equal(["c/m"], Hops(machine, machine.Chat("auto", tenant: "acme")));
    }

    [Fact]
    public void ModelOf_NoneNamed_IsAutoWhereThereIsAPreference()
    {
        var settings = new ConductorSettings { Tenants = new Dictionary<string, TenantSettings> { ["acme"] = new() { Preferences = Of("echo", PreferB) } } };

        Assert.Equal("auto", TenantPreferences.ModelOf(settings, "acme", "echo", "fast"));
        Assert.Equal("fast", TenantPreferences.ModelOf(settings, "acme", "chat", "fast"));
        Assert.Equal("fast", TenantPreferences.ModelOf(settings, "globex", "echo", "fast"));
    }

    [Fact]
    public async Task Reader_NoModelNamed_TakesThePreference()
    {
        await using var machine = Machine(new TenantSettings { Preferences = Of("echo", PreferB) });
        var context = CallContext.New();

        await using var acme = await OperationCallReader.ReadAsync("echo", """{"text":"x"}"""u8.ToArray(), context with { TenantId = "acme" }, machine.Snapshot, CancellationToken.None);
        await using var named = await OperationCallReader.ReadAsync("echo", """{"text":"x","model":"a/m"}"""u8.ToArray(), context with { TenantId = "acme" }, machine.Snapshot, CancellationToken.None);

        Assert.Equal(["b/m", "c/m"], Hops(machine, acme));
        Assert.Equal(["a/m"], Hops(machine, named));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task CacheResponses_Off_AsksEachTime(bool caches, int calls)
    {
        var b = new FakeProvider("b") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        await using var machine = Machine(new TenantSettings { Preferences = Of("echo", PreferB with { CacheResponses = caches }) }, [b, new FakeProvider("c")]);

        await machine.SendAsync(machine.Operation(model: "auto", tenant: "acme"));
        await machine.SendAsync(machine.Operation(model: "auto", tenant: "acme"));

        Assert.Equal(calls, b.Calls);
    }

    [Fact]
    public async Task CacheTtl_IsThePreferences()
    {
        var b = new FakeProvider("b") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        await using var machine = Machine(new TenantSettings { Preferences = Of("echo", PreferB with { CacheTtl = TimeSpan.FromSeconds(10) }) }, [b, new FakeProvider("c")]);

        await machine.SendAsync(machine.Operation(model: "auto", tenant: "acme"));
        machine.Time.Advance(TimeSpan.FromSeconds(9));
        await machine.SendAsync(machine.Operation(model: "auto", tenant: "acme"));
        Assert.Equal(1, b.Calls);
        machine.Time.Advance(TimeSpan.FromSeconds(2));
        await machine.SendAsync(machine.Operation(model: "auto", tenant: "acme"));

        Assert.Equal(2, b.Calls);
    }

    [Fact]
    public async Task Targets_MissedByOne_PutItBehindTheOthers_OfItsTenantAlone()
    {
        var tenant = new TenantSettings { PerformanceTargets = new PerformanceTargetSettings { MaxLatencyP50 = TimeSpan.FromSeconds(1), MaxErrorRate = 0.2 } };
        await using var machine = new TestMachine(
            new ConductorSettings
            {
                Aliases = new Dictionary<string, AliasSettings> { ["split"] = new() { Strategy = "weighted", Targets = [Weighted("a/m", 99), Weighted("b/m", 1)] }, ["written"] = TestMachine.AliasOf("a/m", "b/m") },
                Tenants = new Dictionary<string, TenantSettings> { ["acme"] = tenant },
            },
            [new FakeProvider("a"), new FakeProvider("b")]);
        Assert.Equal(["a/m", "b/m"], Hops(machine, machine.Chat("split", tenant: "acme")));

        machine.Entry("a").Statistics.Succeeded(TimeSpan.FromSeconds(3));

        Assert.Equal(["b/m", "a/m"], Hops(machine, machine.Chat("split", tenant: "acme")));
        Assert.Equal(["a/m", "b/m"], Hops(machine, machine.Chat("split", tenant: "globex")));
        Assert.Equal(["a/m", "b/m"], Hops(machine, machine.Chat("written", tenant: "acme"))); // the operator's order is an order

        machine.Entry("b").Statistics.Failed("x", machine.Time.GetUtcNow());
        Assert.Equal(["a/m", "b/m"], Hops(machine, machine.Chat("split", tenant: "acme"))); // both miss: as the strategy says
    }

    [Fact]
    public async Task CustomModel_IsItsTenantsAlone_ByNameAndInLists()
    {
        var own = new CustomModelSettings { Provider = "a", Model = "tuned", UsdPerMillionInput = 3, UsdPerMillionOutput = 6, QualityScore = 0.9 };
        await using var machine = Machine(new TenantSettings { CustomModels = [own] }, [new FakeProvider("a") { Offers = ["*"] }, new FakeProvider("b")]);

        Assert.Equal(["a/tuned"], Hops(machine, machine.Chat("a/tuned", tenant: "acme")));
        Assert.Equal(["a/tuned"], Hops(machine, machine.Chat("tuned", tenant: "acme")));
        Assert.Contains("a/tuned", Hops(machine, machine.Chat("auto", tenant: "acme")));
        Assert.DoesNotContain("a/tuned", Hops(machine, machine.Chat("auto", tenant: "globex")));
        Assert.Equal(403, Refusal(machine, machine.Chat("a/tuned", tenant: "globex")).Status);
        Assert.Equal(404, Refusal(machine, machine.Chat("tuned", tenant: "globex")).Status);
        Assert.Contains(ModelListing.For(machine.Snapshot, "acme"), model => model.Id == "a/tuned");
        Assert.DoesNotContain(ModelListing.For(machine.Snapshot, "globex"), model => model.Id == "a/tuned");
        Assert.Equal(NanoUsd.FromUsd(3), machine.Get<Router>().Plan(machine.Chat("a/tuned", tenant: "acme"), machine.Snapshot, 0).Hops[0].Price!.InputPerMillion);
    }

    [Fact]
    public async Task CustomModel_ThatEverybodyHas_TakesNothingFromOthersAndChangesNoPrice()
    {
        var a = new FakeProvider("a");
        a.Models[0] = Model("m", 7, 0.5);
        var taken = new CustomModelSettings { Provider = "a", Model = "m", QualityScore = 1 };
        await using var machine = new TestMachine(
            new ConductorSettings
            {
                Catalog = [new CatalogModelSettings { Provider = "a", Model = "m", UsdPerMillion = [new PriceSettings { Input = 7, Output = 7 }] }],
                Tenants = new Dictionary<string, TenantSettings> { ["acme"] = new() { CustomModels = [taken] } },
            },
            [a]);

        Assert.Equal(["a/m"], Hops(machine, machine.Chat("a/m", tenant: "globex")));
        Assert.Equal(NanoUsd.FromUsd(7), machine.Get<Router>().Plan(machine.Chat("a/m", tenant: "acme"), machine.Snapshot, 0).Hops[0].Price!.InputPerMillion);
    }

    [Fact]
    public async Task CustomModel_ForOtherOperations_IsNotChosenUnnamed()
    {
        var own = new CustomModelSettings { Provider = "a", Model = "tuned", Operations = ["summarization"] };
        await using var machine = Machine(new TenantSettings { CustomModels = [own] });

        Assert.DoesNotContain("a/tuned", Hops(machine, machine.Operation(model: "auto", tenant: "acme")));
        Assert.Equal(["a/tuned"], Hops(machine, machine.Operation(model: "a/tuned", tenant: "acme")));
    }

    private static TestMachine Machine(TenantSettings acme, FakeProvider[]? providers = null) => new(
        new ConductorSettings { Tenants = new Dictionary<string, TenantSettings> { ["acme"] = acme, ["globex"] = new() } },
        providers ?? [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")],
        [new FakeOperation()]);

    private static Dictionary<string, ModelPreferenceSettings> Of(string operation, ModelPreferenceSettings preference) => new() { [operation] = preference };

    private static AliasTargetSettings Weighted(string model, double weight) => new() { Model = model, Weight = weight };

    private static ModelDescriptor Model(string id, decimal usd, double quality) => new()
    {
        Id = id,
        QualityScore = quality,
        Price = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(usd), OutputPerMillion = NanoUsd.FromUsd(usd) },
    };

    private static List<string> Hops(TestMachine machine, ModelCall call)
    {
        var plan = machine.Get<Router>().Plan(call, machine.Snapshot, 0.5);
        Assert.Null(plan.Refusal);
        return [.. plan.Hops.Select(hop => hop.Id)];
    }

    private static ConductorException Refusal(TestMachine machine, ModelCall call) => machine.Get<Router>().Plan(call, machine.Snapshot, 0).Refusal!;
}
