using Conductor.Access;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Access;

/// <summary>What a key may: models at every hop, and how long an answer.</summary>
public sealed class KeyRulesTests
{
    public static TheoryData<string, string, string> Plans => new()
    {
        // The key's list, what is asked for, the targets that may be tried.
        { "", "fast", "a/m b/m c/m" },
        { "fast", "fast", "a/m b/m c/m" }, // an alias on the list allows what it leads to
        { "a/m", "fast", "a/m" }, // fallbacks are held against it like all others
        { "a/m c/m", "fast", "a/m c/m" },
        { "c/*", "fast", "c/m" },
        { "fast", "a/m", "" }, // not by its other name
        { "fast", "m", "" },
        { "b/m", "m", "b/m" },
        { "b/m", "auto", "b/m" },
        { "slow", "fast", "" },
        { "fa*", "fast", "a/m b/m c/m" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task Models_OfAKey_HoldAtEveryHop(string models, string asked, string tried)
    {
        await using var machine = new TestMachine(Settings(), [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")]);
        var call = With(machine.Chat(asked), Key(models));

        var plan = machine.Get<Router>().Plan(call, machine.Snapshot, 0);

        Assert.Equal(tried, string.Join(' ', plan.Hops.Select(hop => hop.Id).Order(StringComparer.Ordinal)));
        Assert.Equal(tried.Length == 0 ? "model_not_allowed" : null, plan.Refusal?.Code);
    }

    [Fact]
    public async Task Models_FirstTargetFails_NoFallbackThatTheKeyMayNotUse()
    {
        var (a, c) = (new FakeProvider("a").Failing(ProviderErrorKind.Overloaded), new FakeProvider("c"));
        await using var machine = new TestMachine(Settings(), [a, new FakeProvider("b"), c]);

        var refused = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(With(machine.Chat(), Key("a/m"))));

        Assert.Equal("a", refused.Provider);
        Assert.Equal(0, c.Calls);
    }

    [Fact]
    public async Task Models_OfKeyAndTenant_BothHold()
    {
        var settings = Settings() with { Tenants = new Dictionary<string, TenantSettings> { ["acme"] = new() { Models = ["a/*", "b/*"] } } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")]);

        var plan = machine.Get<Router>().Plan(With(machine.Chat(tenant: "acme"), Key("b/m c/m")), machine.Snapshot, 0);

        Assert.Equal(["b/m"], plan.Hops.Select(hop => hop.Id));
    }

    [Fact]
    public async Task Models_Embeddings_Lists_Estimates_Refusals_SameRule()
    {
        await using var machine = new TestMachine(Settings(), [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")]);
        var key = Key("b/m");

        Assert.Equal(["auto", "fast", "b/m"], ModelListing.For(machine.Snapshot, null, key).Select(model => model.Id));
        var estimate = machine.Get<CostQuestions>().Ask(new CostQuestion { Model = "fast", InputTokens = 3, Key = key });
        Assert.Equal(["b"], estimate.Targets.Select(target => target.Provider));
        var embedding = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(new EmbeddingCall { Context = Context(key), Model = "a/m", Request = new EmbeddingRequest(["x"], null) }));
        Assert.Equal("model_not_allowed", embedding.Code);
        var unknown = machine.Get<Router>().Plan(With(machine.Chat("c/mm"), key), machine.Snapshot, 0).Refusal!;
        Assert.DoesNotContain("c/m'", unknown.Message, StringComparison.Ordinal); // what it may not use is not named to it
    }

    [Theory]
    [InlineData(null, 50, true)] // names none: it gets the ceiling
    [InlineData(80, 50, true)]
    [InlineData(50, 50, false)]
    [InlineData(7, 7, false)]
    public async Task MaxTokens_Typed_LoweredAndTold(int? asked, int sent, bool isTold)
    {
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(Settings(), [a]);
        var call = machine.Track(new ChatCall
        {
            Context = Context(new CallerKeySettings { Tenant = "t", Name = "k", Hash = new byte[32], MaxTokens = 50 }), Model = "a/m", IsStreaming = false,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "hi")], new ChatOptions { MaxOutputTokens = asked }),
        });

        await machine.SendAsync(call);

        Assert.Equal(sent, a.Asked.Options.MaxOutputTokens);
        Assert.Equal(isTold ? ["max_tokens"] : [], call.ChangedParameters);
        Assert.True(Assert.Single(call.Attempts).Reservation.OutputTokens <= sent);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(51, true)]
    [InlineData(50, false)]
    public async Task MaxTokens_CallerThatRefusesLosses_RefusedAtOnce(int? asked, bool isRefused)
    {
        var a = new FakeProvider("a");
        await using var machine = new TestMachine(Settings(), [a]);
        var call = machine.Track(new ChatCall
        {
            Context = Context(new CallerKeySettings { Tenant = "t", Name = "k", Hash = new byte[32], MaxTokens = 50 }), Model = "a/m", IsStreaming = false,
            Options = new CallOptions { RefuseLosses = true },
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "hi")], new ChatOptions { MaxOutputTokens = asked }),
        });

        if (!isRefused)
        {
            await machine.SendAsync(call);
            return;
        }

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => machine.SendAsync(call));
        Assert.Equal(("max_tokens_exceeded", "max_tokens"), (refused.Code, refused.Param));
        Assert.Contains("50", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, a.Calls);
    }

    [Theory]
    [InlineData("", "chat", null, true)]
    [InlineData("chat", "chat", null, true)]
    [InlineData("chat", "embeddings", null, false)]
    [InlineData("operations", "operations", "summarization", true)]
    [InlineData("operations/summarization", "operations", "summarization", true)]
    [InlineData("operations/summarization", "operations", "sentiment_analysis", false)]
    [InlineData("operations/summarization", "operations", "summarizatio", false)]
    [InlineData("operations/summarization", "operations", null, true)] // their list, which shows no other
    [InlineData("operations/summarization", "chat", null, false)]
    public void Routes_OfAKey_AsListed(string routes, string route, string? operation, bool isAllowed) =>
        Assert.Equal(isAllowed, AccessRoutes.Allow(routes.Split(' ', StringSplitOptions.RemoveEmptyEntries), route, operation));

    private static ConductorSettings Settings() => new()
    {
        Aliases = new Dictionary<string, AliasSettings>
        {
            ["fast"] = TestMachine.AliasOf("a/m", "b/m") with { Fallbacks = ["c/m"] },
        },
        Prices = new PricesSettings { Unknown = UnknownPriceRule.Allow },
    };

    private static CallerKeySettings Key(string models) => new() { Tenant = "t", Name = "k", Hash = new byte[32], Models = models.Split(' ', StringSplitOptions.RemoveEmptyEntries) };

    private static CallContext Context(CallerKeySettings key) => CallContext.New() with { KeyId = key.Name, Key = key };

    private static ChatCall With(ChatCall call, CallerKeySettings key) => new()
    {
        Context = call.Context with { KeyId = key.Name, Key = key }, Model = call.Model, IsStreaming = false, Request = call.Request,
    };
}
