using Conductor.Routing;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class ModelListingTests
{
    [Fact]
    public async Task List_Everything_AutoAliasesModels()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"), new FakeProvider("b"));

        Assert.Equal(["auto", "fast", "a/m", "b/m"], Ids(machine));
    }

    [Fact]
    public async Task List_NothingAtAll_NotEvenAuto()
    {
        await using var machine = TestMachine.With();

        Assert.Empty(Ids(machine));
    }

    [Fact]
    public async Task List_AliasWhoseProvidersAreAllOff_LeftOut()
    {
        var settings = new ConductorSettings
        {
            Aliases = new Dictionary<string, AliasSettings>
            {
                ["gone"] = TestMachine.AliasOf("off/m"),
                ["half"] = TestMachine.AliasOf("off/m", "a/m"),
                ["saved"] = TestMachine.AliasOf("off/m") with { Fallbacks = ["a/m"] },
                ["off-*"] = TestMachine.AliasOf("off/*"),
                ["a/*"] = TestMachine.AliasOf("a/*"),
                ["good-*"] = TestMachine.AliasOf("a/*"),
            },
        };
        await using var machine = new TestMachine(settings, [new FakeProvider("a") { Offers = ["*"] }]);

        Assert.Equal(["auto", "half", "saved", "a/*", "good-*", "a/m"], Ids(machine));
        Assert.Equal(["a/m"], ModelListing.For(machine.Snapshot, null).Single(model => model.Id == "half").Targets);
    }

    [Theory]
    [InlineData("fast", "fast")] // by its name the alias leads everywhere it leads; no target of `auto` is allowed by its own
    [InlineData("a/*", "auto,fast,a/m")]
    [InlineData("b/m", "auto,fast,b/m")]
    [InlineData("other", "")]
    public async Task List_OfATenant_IsWhatRoutingWouldTake(string allowed, string expected)
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with
        {
            Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Models = [allowed] } },
        };
        await using var machine = new TestMachine(settings, [new FakeProvider("a"), new FakeProvider("b")]);

        var listed = Ids(machine, "t");

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), listed);
        foreach (var name in new[] { "auto", "fast", "a/m", "b/m" })
        {
            var plan = machine.Get<Router>().Plan(machine.Chat(name, tenant: "t"), machine.Snapshot, 0);
            Assert.Equal(listed.Contains(name), plan.Hops.Count > 0);
        }
    }

    [Fact]
    public async Task List_DefaultsAllow_HoldForEverybody()
    {
        var settings = TestMachine.Alias("fast", "b/m") with { Defaults = new DefaultsSettings { AllowedProviders = ["a"], AllowedModels = ["a/m", "b/m", "fast"] } };
        await using var machine = new TestMachine(settings, [new FakeProvider("a", "m", "n"), new FakeProvider("b")]);

        Assert.Equal(["auto", "a/m"], Ids(machine));
    }

    private static List<string> Ids(TestMachine machine, string? tenant = null) => [.. ModelListing.For(machine.Snapshot, tenant).Select(model => model.Id)];
}
