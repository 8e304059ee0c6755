using System.Text;
using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Settings;
using MediatR;

namespace Conductor.Core.Tests.Machine;

public sealed class TokenCountTests
{
    [Fact]
    public async Task Count_TargetThatCounts_IsItsOwnWordAndCostsNothing()
    {
        var provider = new FakeProvider("one") { Transport = FakeTransport.Saying("{\"input_tokens\":7}") };
        await using var machine = TestMachine.Fast(provider);
        await using var call = Call("text=hello");

        var outcome = await machine.Get<IMediator>().Send(call);

        Assert.Equal("{\"input_tokens\":7}", Encoding.UTF8.GetString(outcome.ResponseBytes!.Value.Span));
        Assert.Equal(["to=m;text=hello"], provider.Transport!.Requests);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal(("count_tokens", 0L, NanoUsd.Zero, AttemptStatus.Succeeded), (row.Operation, row.Usage.TotalTokens, row.Cost, row.Status));
        await call.DisposeAsync();
        machine.AssertIdle();
    }

    [Fact]
    public async Task Count_TargetThatDoesNot_IsAnEstimateAndNobodyIsAsked()
    {
        var provider = new FakeProvider("one");
        await using var machine = TestMachine.Fast(provider);
        await using var call = Call("text=hello there");

        var outcome = await machine.Get<IMediator>().Send(call);

        Assert.Null(outcome.ResponseBytes);
        Assert.InRange(outcome.Tokens, 3, 20);
        Assert.Contains("estimate", Assert.Single(outcome.Notices), StringComparison.Ordinal);
        Assert.Equal(("one", "m"), (outcome.Provider, outcome.Model));
        Assert.Equal(0, provider.Calls);
        Assert.Empty(await machine.RowsAsync(call));
    }

    [Fact]
    public async Task Count_TargetThatFails_MovesOn()
    {
        var first = new FakeProvider("one") { Transport = FakeTransport.Failing(new ProviderException(ProviderErrorKind.Overloaded, "busy")) };
        await using var machine = TestMachine.Fast(first, new FakeProvider("two"));
        await using var call = Call("text=hello");

        var outcome = await machine.Get<IMediator>().Send(call);

        Assert.Equal(("two", true), (outcome.Provider, outcome.Tokens > 0));
    }

    [Fact]
    public async Task Count_OfAModelWithoutAPrice_IsMadeAllTheSame()
    {
        var provider = new FakeProvider("one") { Models = [new ModelDescriptor { Id = "m", Capabilities = ModelCapabilities.Chat }] };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "one/m") with { Prices = new PricesSettings { Unknown = UnknownPriceRule.Refuse } }, [provider]);
        await using var call = Call("text=hello");

        Assert.True((await machine.Get<IMediator>().Send(call)).Tokens > 0);
    }

    private static TokenCountCall Call(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var dialect = new LineDialect();
        return new TokenCountCall { Context = CallContext.New(), Model = "fast", Body = new DialectBody(dialect, bytes, dialect.Peek(bytes)) };
    }
}
