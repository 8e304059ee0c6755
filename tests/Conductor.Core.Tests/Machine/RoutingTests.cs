using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class RoutingTests
{
    [Fact]
    public async Task Route_Alias_TargetsAsWritten()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"), new FakeProvider("b"));

        Assert.Equal(["a/m", "b/m"], Hops(machine, "fast"));
    }

    [Fact]
    public async Task Route_AliasOfAlias_KeepsInnerStrategyAndFallbacks()
    {
        await using var machine = Machine(
            new()
            {
                ["outer"] = TestMachine.AliasOf("inner") with { Fallbacks = ["d/m"] },
                ["inner"] = new AliasSettings { Strategy = "weighted", Targets = [Weighted("a/m", 1), Weighted("b/m", 99)], Fallbacks = ["c/m"] },
            },
            "a", "b", "c", "d");

        Assert.Equal(["b/m", "a/m", "c/m", "d/m"], Hops(machine, "outer", draw: 0.5));
    }

    [Fact]
    public async Task Route_WeightedAliasesOfWeightedAliases_SharesMultiply()
    {
        await using var machine = Machine(
            new()
            {
                ["outer"] = new AliasSettings { Strategy = "weighted", Targets = [Weighted("inner", 50), Weighted("c/m", 50)] },
                ["inner"] = new AliasSettings { Strategy = "weighted", Targets = [Weighted("a/m", 90), Weighted("b/m", 10)] },
            },
            "a", "b", "c");

        var shares = Shares(machine, "outer");

        Assert.Equal(0.45, shares["a/m"], 0.01);
        Assert.Equal(0.05, shares["b/m"], 0.01);
        Assert.Equal(0.50, shares["c/m"], 0.01);
    }

    [Fact]
    public async Task Route_Weighted_DrawsByWeightAndTheOthersFollow()
    {
        await using var machine = Machine(
            new() { ["split"] = new AliasSettings { Strategy = "weighted", Targets = [Weighted("a/m", 90), Weighted("b/m", 10), Weighted("c/m", 0)] } }, "a", "b", "c");

        var shares = Shares(machine, "split");

        Assert.Equal(0.9, shares["a/m"], 0.005);
        Assert.Equal(0.1, shares["b/m"], 0.005);
        Assert.False(shares.ContainsKey("c/m"));
        Assert.Equal(["b/m", "a/m", "c/m"], Hops(machine, "split", draw: 0.95));
    }

    [Theory]
    [InlineData("bad-llama", "a/bad-llama")]
    [InlineData("openai/gpt-5", "a/gpt-5")]
    [InlineData("openai/mini-x", "b/openai/mini-x")]
    [InlineData("rest/of:it/all", "b/special")]
    [InlineData("same-x", "b/same-x")]
    public async Task Route_Wildcard_PassesTheNameOnLongestPatternWins(string name, string target)
    {
        await using var machine = Machine(
            new()
            {
                ["bad-*"] = TestMachine.AliasOf("a/*"),
                ["openai/*"] = TestMachine.AliasOf("a/*"),
                ["openai/mini*"] = TestMachine.AliasOf("b/openai/mini*"),
                ["rest/*"] = TestMachine.AliasOf("b/special"),
                ["same-*"] = TestMachine.AliasOf("b/same-*"),
            },
            "a", "b");

        Assert.Equal([target], Hops(machine, name));
    }

    [Fact]
    public async Task Route_WildcardNamedLikeItsProvider_PassesOnToTheProvider()
    {
        await using var machine = Machine(new() { ["openai/*"] = TestMachine.AliasOf("openai/*") }, "openai", "b");

        Assert.Equal(["openai/gpt:latest"], Hops(machine, "openai/gpt:latest"));
    }

    [Fact]
    public async Task Route_WildcardToAnAlias_LeadsThere()
    {
        await using var machine = Machine(new() { ["gpt-*"] = TestMachine.AliasOf("good"), ["good"] = TestMachine.AliasOf("a/m", "b/m") }, "a", "b");

        Assert.Equal(["a/m", "b/m"], Hops(machine, "gpt-4o"));
    }

    [Fact]
    public async Task Route_WildcardWithFallback_FallbackGetsTheNameToo()
    {
        await using var machine = Machine(new() { ["openai/*"] = TestMachine.AliasOf("a/*") with { Fallbacks = ["b/*"] } }, "a", "b");

        Assert.Equal(["a/gpt", "b/gpt"], Hops(machine, "openai/gpt"));
    }

    [Fact]
    public async Task Route_AliasesInACircle_EndAndLeadNowhere()
    {
        await using var machine = Machine(new() { ["x"] = TestMachine.AliasOf("y"), ["y"] = TestMachine.AliasOf("x"), ["w*"] = TestMachine.AliasOf("wide") }, "a", "b");

        Assert.Equal("no_model_available", Plan(machine, "x").Refusal!.Code);
        Assert.Equal(404, Plan(machine, "wide").Refusal!.Status);
    }

    [Theory]
    [InlineData("a/meta-llama/Llama-3:8b")]
    [InlineData("a/x/y/z")]
    [InlineData("a/ümlaut model")]
    public async Task Route_ProviderAndModel_NamePassedOnUnchanged(string name)
    {
        await using var machine = Machine([], "a", "b");

        Assert.Equal([name], Hops(machine, name));
    }

    [Fact]
    public async Task Route_BareNameListedByOne_Found()
    {
        await using var machine = new TestMachine(new ConductorSettings(), [Passing("a"), Passing("b", "meta-llama/Llama-3")]);

        Assert.Equal(["b/meta-llama/Llama-3"], Hops(machine, "meta-llama/Llama-3"));
    }

    [Fact]
    public async Task Route_BareUnknownNameWithOneOpenProvider_NotGuessed()
    {
        await using var machine = new TestMachine(new ConductorSettings(), [Passing("a"), new FakeProvider("closed")]);

        Assert.Equal("model_not_found", Plan(machine, "whatever").Refusal!.Code);
        Assert.Equal("model_not_found", Plan(machine, "nobody/whatever").Refusal!.Code);
    }

    [Fact]
    public async Task Route_StarAlias_PassesEveryUnlistedNameOn()
    {
        await using var machine = new TestMachine(
            new ConductorSettings { Aliases = new Dictionary<string, AliasSettings> { ["*"] = TestMachine.AliasOf("a/*") } }, [Passing("a")]);

        Assert.Equal(["a/whatever"], Hops(machine, "whatever"));
        Assert.Equal(["a/some/name:7b"], Hops(machine, "some/name:7b"));
    }

    [Fact]
    public async Task Route_AliasWhoseProvidersAreOff_SaysWhereItLeads()
    {
        await using var machine = Machine(new() { ["fast"] = TestMachine.AliasOf("gone/model") }, "a");

        var refusal = Plan(machine, "fast").Refusal!;

        Assert.Equal((503, "no_model_available"), (refusal.Status, refusal.Code));
        Assert.Contains("gone/model", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_BareUnknownNameWithForcedProvider_PassedOnToIt()
    {
        await using var machine = Machine([], "a", "b");
        var call = machine.Chat("whatever", constraints: new CallConstraints { ForcedProvider = "b" });

        var plan = machine.Get<Router>().Plan(call, machine.Snapshot, 0);

        Assert.Equal(["b/whatever"], plan.Hops.Select(hop => hop.Id));
    }

    [Fact]
    public async Task Route_UnknownName_404WithNearest()
    {
        await using var machine = new TestMachine(TestMachine.Alias("smart", "a/m"), [new FakeProvider("a", "llama3"), new FakeProvider("b")]);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat("smarr")));

        Assert.Equal((404, "model_not_found", "model"), (error.Status, error.Code, error.Param));
        Assert.Contains("'smart'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/")]
    [InlineData("/m")]
    [InlineData("*")]
    public async Task Route_NamesThatNameNothing_404(string name)
    {
        await using var machine = Machine([], "a", "b");

        Assert.Equal(404, Plan(machine, name).Refusal!.Status);
    }

    [Fact]
    public async Task Route_SettingsModels_RestrictWhatIsPassedOn()
    {
        await using var machine = new TestMachine(new ConductorSettings(), [new FakeProvider("a") { Offers = ["gpt-*", "one"] }, new FakeProvider("b")]);

        Assert.Equal(["a/gpt-9"], Hops(machine, "a/gpt-9"));
        Assert.Equal(["a/one"], Hops(machine, "a/one"));
        Assert.Equal(["a/m"], Hops(machine, "a/m"));
        Assert.Equal(404, Plan(machine, "a/claude").Refusal!.Status);
    }

    [Fact]
    public async Task Route_AutoWithNothing_503WithWhatToDo()
    {
        await using var machine = TestMachine.With();

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat("auto")));

        Assert.Equal((503, "no_model_available"), (error.Status, error.Code));
        Assert.Contains("conductor.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_AutoForEmbeddings_TakesWhatMakesThem()
    {
        var chat = new FakeProvider("chat") { Models = [FakeProvider.Model("c", ModelCapabilities.Chat)] };
        var embed = new FakeProvider("embed") { Models = [FakeProvider.Model("e", ModelCapabilities.Embeddings)] };
        await using var machine = TestMachine.With(chat, embed);

        var outcome = await machine.SendAsync(machine.Embedding("auto", "t", "x"));

        Assert.Equal("embed", outcome.Provider);
    }

    [Fact]
    public async Task Route_ModelThatCannotDoIt_400()
    {
        var embed = new FakeProvider("embed") { Models = [FakeProvider.Model("e", ModelCapabilities.Embeddings)] };
        await using var machine = TestMachine.With(embed, new FakeProvider("b"));

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => machine.SendAsync(machine.Chat("embed/e")));

        Assert.Equal((400, "model"), (error.Status, error.Param));
    }

    [Theory]
    [InlineData("fast", true)] // the alias by name
    [InlineData("a/*", true)] // the target by pattern; b is refused
    [InlineData("other", false)]
    public async Task Route_TenantsList_ByAliasAndByTarget(string allowed, bool isAllowed)
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with
        {
            Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Models = [allowed] } },
        };
        await using var machine = new TestMachine(settings, [new FakeProvider("a"), new FakeProvider("b")]);

        var plan = Plan(machine, "fast", tenant: "t");

        if (isAllowed)
        {
            Assert.Equal(allowed == "fast" ? ["a/m", "b/m"] : ["a/m"], plan.Hops.Select(hop => hop.Id));
        }
        else
        {
            Assert.Equal((403, "model_not_allowed"), (plan.Refusal!.Status, plan.Refusal.Code));
        }

        Assert.Equal(2, Plan(machine, "fast", tenant: "somebody").Hops.Count);
    }

    [Fact]
    public async Task Route_TenantsList_HoldsForFallbacks()
    {
        var settings = new ConductorSettings
        {
            Aliases = new Dictionary<string, AliasSettings> { ["fast"] = TestMachine.AliasOf("a/m") with { Fallbacks = ["b/m"] } },
            Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Models = ["a/m"] } },
        };
        var (a, b) = (new FakeProvider("a").Failing(ProviderErrorKind.Network), new FakeProvider("b"));
        await using var machine = new TestMachine(settings, [a, b]);

        await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat("fast", tenant: "t")));

        Assert.Equal((1, 0), (a.Calls, b.Calls));
    }

    [Fact]
    public async Task Route_DefaultsAllow_HoldForEverybody()
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with { Defaults = new DefaultsSettings { AllowedProviders = ["b"] } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a"), new FakeProvider("b")]);

        Assert.Equal(["b/m"], Hops(machine, "fast"));
        Assert.Equal(403, Plan(machine, "a/m").Refusal!.Status);
    }

    [Fact]
    public async Task Route_Constraints_ExcludePreferForce()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c"));

        Assert.Equal(["a/m", "c/m"], Hops(machine, "fast", new CallConstraints { ExcludedProviders = ["b"] }));
        Assert.Equal(["c/m", "b/m", "a/m"], Hops(machine, "fast", new CallConstraints { PreferredProviders = ["c", "b"] }));
        Assert.Equal(["b/m"], Hops(machine, "fast", new CallConstraints { ForcedProvider = "b" }));
    }

    [Fact]
    public async Task Route_MaxLatency_SlowOnesLast()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"), new FakeProvider("b"));
        machine.Entry("a").Statistics.Succeeded(TimeSpan.FromSeconds(9));

        Assert.Equal(["b/m", "a/m"], Hops(machine, "fast", new CallConstraints { MaxLatency = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public async Task Route_MaxCost_DearAndUnknownLeftOut()
    {
        var dear = new FakeProvider("dear") { Models = [Priced("m", 1_000)] };
        var cheap = new FakeProvider("cheap") { Models = [Priced("m", 0.01m)] };
        var unknown = new FakeProvider("unknown") { Models = [Priced("m", null)] };
        await using var machine = TestMachine.Fast(dear, unknown, cheap);

        var plan = Plan(machine, "fast", new CallConstraints { MaxCost = NanoUsd.FromUsd(0.01m) });

        Assert.Equal(["cheap/m"], plan.Hops.Select(hop => hop.Id));
        Assert.Contains("unknown", Reason(plan, "unknown/m"), StringComparison.Ordinal);
        Assert.Contains("above", Reason(plan, "dear/m"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_MaxCostOfARequestWithoutText_PriceIsStillKnown()
    {
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [new FakeProvider("a")], [new FakeOperation(requiresText: false)]);
        var call = new OperationCall
        {
            Context = CallContext.New(),
            Model = "fast",
            Operation = "echo",
            Payload = "{}"u8.ToArray(),
            Constraints = new CallConstraints { MaxCost = NanoUsd.FromUsd(1) },
        };

        var plan = machine.Get<Router>().Plan(call, machine.Snapshot, 0);

        Assert.Null(plan.Refusal);
    }

    [Fact]
    public async Task Route_RequiredQuality_LowAndUnknownLeftOut()
    {
        var models = (double? quality) => new List<ModelDescriptor> { FakeProvider.Model("m") with { QualityScore = quality } };
        await using var machine = TestMachine.Fast(
            new FakeProvider("low") { Models = models(0.3) }, new FakeProvider("none") { Models = models(null) }, new FakeProvider("high") { Models = models(0.8) });

        Assert.Equal(["high/m"], Hops(machine, "fast", new CallConstraints { RequiredQualityScore = 0.8 }));
    }

    [Fact]
    public async Task Route_OperationOnAuto_EngineGoesBeforePrompt()
    {
        var chat = new FakeProvider("chat");
        var engine = Native("engine");
        await using var machine = new TestMachine(providers: [chat, engine], operations: [new FakeOperation()]);

        var plan = machine.Get<Router>().Plan(machine.Operation(model: "auto"), machine.Snapshot, 0);

        Assert.Equal(["engine/engine", "chat/m"], plan.Hops.Select(hop => hop.Id));
    }

    [Fact]
    public async Task Route_OperationWithoutPrompt_OnlyEngines()
    {
        await using var machine = new TestMachine(providers: [new FakeProvider("chat"), Native("engine")], operations: [new FakeOperation(prompt: null)]);

        var plan = machine.Get<Router>().Plan(machine.Operation(model: "auto"), machine.Snapshot, 0);

        Assert.Equal(["engine/engine"], plan.Hops.Select(hop => hop.Id));
    }

    [Fact]
    public async Task Route_EveryCandidate_TakenOrRefusedWithAReason()
    {
        var embed = new FakeProvider("embed") { Models = [FakeProvider.Model("m", ModelCapabilities.Embeddings)] };
        await using var machine = TestMachine.Fast(new FakeProvider("a"), embed, new FakeProvider("b"), new FakeProvider("c"));

        var plan = Plan(machine, "fast", new CallConstraints { ExcludedProviders = ["b"] });

        Assert.Equal(["a/m", "b/m", "c/m", "embed/m"], plan.Decisions.Select(decision => decision.Target).Order());
        Assert.Equal(["a/m", "c/m"], plan.Decisions.Where(decision => decision.IsTaken).Select(decision => decision.Target));
        Assert.All(plan.Decisions, decision => Assert.NotEmpty(decision.Reason));
    }

    [Fact]
    public async Task Route_SameTargetTwice_TriedOnce()
    {
        await using var machine = Machine(new() { ["fast"] = TestMachine.AliasOf("a/m", "b/m", "a/m") with { Fallbacks = ["b/m", "c/m"] } }, "a", "b", "c");

        Assert.Equal(["a/m", "b/m", "c/m"], Hops(machine, "fast"));
    }

    [Theory]
    [InlineData("ordered")]
    [InlineData("weighted")]
    [InlineData("cost_optimized")]
    [InlineData("performance_optimized")]
    [InlineData("balanced")]
    [InlineData("nobody knows this")]
    public async Task Route_EveryStrategy_TakesAllCandidatesOnce(string strategy)
    {
        await using var machine = Machine(new() { ["fast"] = TestMachine.AliasOf("a/m", "b/m", "c/m") with { Strategy = strategy } }, "a", "b", "c");
        machine.Entry("b").Statistics.Failed("x", machine.Time.GetUtcNow());

        Assert.Equal(["a/m", "b/m", "c/m"], Hops(machine, "fast").Order());
    }

    [Fact]
    public async Task Route_CostOptimized_CheapestFirstUnknownLast()
    {
        var settings = new ConductorSettings
        {
            Aliases = new Dictionary<string, AliasSettings> { ["fast"] = TestMachine.AliasOf("u/m", "d/m", "c/m") with { Strategy = "cost_optimized" } },
        };
        await using var machine = new TestMachine(
            settings,
            [new FakeProvider("u") { Models = [Priced("m", null)] }, new FakeProvider("d") { Models = [Priced("m", 9)] }, new FakeProvider("c") { Models = [Priced("m", 1)] }]);

        Assert.Equal(["c/m", "d/m", "u/m"], Hops(machine, "fast"));
    }

    [Fact]
    public async Task Route_ForcedProviderOutsideTheAlias_400WithTheValidNames()
    {
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m", "b/m"), [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")]);

        var refusal = Plan(machine, "fast", new CallConstraints { ForcedProvider = "c" }).Refusal!;

        Assert.Equal((400, "provider", "provider_not_in_route"), (refusal.Status, refusal.Param, refusal.Code));
        Assert.Contains("auto, a, b.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_ForcedProviderThatCannotServe_StillSaysWhy()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"), new FakeProvider("b"));

        var refusal = Plan(machine, "fast", new CallConstraints { ForcedProvider = "a", ExcludedProviders = ["a"] }).Refusal!;

        Assert.Equal("no_model_available", refusal.Code);
        Assert.Contains("excluded by the request", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_ModelOfAProviderThatIsOff_503SaysWhy()
    {
        await using var machine = Machine([], "a");
        var off = machine.Snapshot.Settings.Providers["a"] with { DisabledReason = "no key" };
        var snapshot = new CatalogSnapshot { Settings = machine.Snapshot.Settings with { Providers = new Dictionary<string, ProviderSettings> { ["openai"] = off } } };

        var refusal = machine.Get<Router>().Plan(machine.Chat("openai/gpt"), snapshot, 0).Refusal!;

        Assert.Equal((503, "no_model_available"), (refusal.Status, refusal.Code));
        Assert.Contains("'openai' is off (no key)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_ModelThatTheProvidersEntryDoesNotName_404SaysWhichItNames()
    {
        await using var machine = new TestMachine(new ConductorSettings(), [new FakeProvider("a") { Offers = ["gpt-*", "one"] }]);

        var refusal = Plan(machine, "a/claude").Refusal!;

        Assert.Equal((404, "model_not_found", "model"), (refusal.Status, refusal.Code, refusal.Param));
        Assert.Contains("'providers.a.models' names gpt-*, one", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drops")]
    [InlineData("throws")]
    [InlineData("null")]
    [InlineData("strangers")]
    public async Task Route_StrategyThatMisbehaves_LosesNoCandidate(string strategy)
    {
        await using var machine = Machine(new() { ["fast"] = TestMachine.AliasOf("a/m", "b/m", "c/m") with { Strategy = strategy } }, "a", "b", "c");
        var router = new Router([new Routing.Strategies.OrderedStrategy(), new Misbehaving(strategy)], TimeProvider.System);

        var plan = router.Plan(machine.Chat("fast"), machine.Snapshot, 0);

        Assert.Null(plan.Refusal);
        Assert.Equal(strategy == "drops" ? ["c/m", "a/m", "b/m"] : ["a/m", "b/m", "c/m"], plan.Hops.Select(hop => hop.Id));
        Assert.Contains(plan.Decisions, decision => decision.Reason.Contains(strategy, StringComparison.Ordinal));
    }

    internal static FakeProvider Native(string name, FakeEngine? engine = null)
    {
        var provider = new FakeProvider(name)
        {
            Models = [new ModelDescriptor { Id = "engine", Capabilities = ModelCapabilities.Operations, Operations = ["echo"], Price = ModelPrice.Free }],
        };
        provider.OperationEngines.Add(engine ?? FakeEngine.Saying("""{"echo":"native"}"""));
        return provider;
    }

    private static FakeProvider Passing(string name, params string[] models) => new(name, models) { Offers = ["*"] };

    private static ModelDescriptor Priced(string id, decimal? usdPerMillion) => FakeProvider.Model(id) with
    {
        Price = usdPerMillion is { } usd ? new ModelPrice { InputPerMillion = NanoUsd.FromUsd(usd), OutputPerMillion = NanoUsd.FromUsd(usd) } : null,
    };

    private static AliasTargetSettings Weighted(string model, double weight) => new() { Model = model, Weight = weight };

    private static TestMachine Machine(Dictionary<string, AliasSettings> aliases, params string[] providers) =>
        new(new ConductorSettings { Aliases = aliases }, [.. providers.Select(provider => Passing(provider))]);

    private static RoutePlan Plan(TestMachine machine, string model, CallConstraints? constraints = null, string tenant = CallContext.DefaultTenant, double draw = 0) =>
        machine.Get<Router>().Plan(machine.Chat(model, tenant: tenant, constraints: constraints), machine.Snapshot, draw);

    private static List<string> Hops(TestMachine machine, string model, CallConstraints? constraints = null, double draw = 0)
    {
        var plan = Plan(machine, model, constraints, draw: draw);
        Assert.Null(plan.Refusal);
        return [.. plan.Hops.Select(hop => hop.Id)];
    }

    private static Dictionary<string, double> Shares(TestMachine machine, string model)
    {
        const int draws = 2_000;
        return Enumerable.Range(0, draws)
            .Select(i => Hops(machine, model, draw: (i + 0.5) / draws)[0])
            .GroupBy(first => first)
            .ToDictionary(group => group.Key, group => (double)group.Count() / draws);
    }

    private static string Reason(RoutePlan plan, string target) => plan.Decisions.Single(decision => decision.Target == target).Reason;

    private sealed class Misbehaving(string name) : IRoutingStrategy
    {
        public string Name => name;

        public IReadOnlyList<RouteScore> Score(IReadOnlyList<RouteCandidate> candidates, RoutingContext context) => name switch
        {
            "drops" => [new RouteScore(candidates[^1], 5, "the only one")],
            "throws" => throw new FormatException("scripted"),
            "null" => null!,
            _ => [.. candidates.Select(candidate => new RouteScore(candidate with { Weight = 9 }, 1, "a stranger"))],
        };
    }
}
