using Conductor.Calls;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Storage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Core.Tests.Machine;

/// <summary>What is set aside before a target is asked, and who hears of what it came to.</summary>
public sealed class ReservationTests
{
    [Fact]
    public async Task Attempt_PricedTarget_ReservesTheWorstCaseBeforeItIsAsked()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat(text: new string('x', 400));
        Reservation? seen = null;
        provider.Answer = (_, _, _) =>
        {
            seen = call.Reservation;
            return Task.FromResult(Replies.Text("short"));
        };

        await machine.SendAsync(call);

        // 400 letters at 0.21, seven tokens of frame, a quarter and sixteen on top; 1 USD and 2 USD a million.
        var input = ((84 + 6) * 5 / 4) + 16;
        Assert.Equal(new Reservation(input, CostEstimator.DefaultMaxOutputTokens, new NanoUsd((input * 1_000) + (CostEstimator.DefaultMaxOutputTokens * 2_000))), seen);
        Assert.Equal(seen!.Value.Cost, Assert.Single(await machine.RowsAsync(call)).Reserved);
    }

    [Fact]
    public async Task Attempt_CallersLimit_IsTheLongestAnswer()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();
        call.Request.Options.MaxOutputTokens = 10;

        await machine.SendAsync(call);

        Assert.Equal(10, call.Reservation.OutputTokens);
    }

    [Fact]
    public async Task Attempt_PriceUnknown_ReservesNoMoney()
    {
        var provider = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = null }] };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Null(call.Reservation.Cost);
        Assert.Equal(CostEstimator.DefaultMaxOutputTokens, call.Reservation.OutputTokens);
    }

    [Fact]
    public async Task Attempt_ProviderKnowsItsOwnPrice_ReservesByIt()
    {
        var provider = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = null }], Estimate = usage => new NanoUsd(usage.OutputTokens * 3) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal(new NanoUsd(CostEstimator.DefaultMaxOutputTokens * 3), call.Reservation.Cost);
    }

    [Fact]
    public async Task Attempt_FreeTarget_ReservesNothing()
    {
        var provider = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = ModelPrice.Free }] };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();

        await machine.SendAsync(call);

        Assert.Equal(NanoUsd.Zero, call.Reservation.Cost);
    }

    [Fact]
    public async Task Observers_EveryRow_HearOfItOnceThoughOneOfThemFails()
    {
        var watching = new Watching();
        var first = new FakeProvider("a").Failing(new Providers.ProviderException(Providers.ProviderErrorKind.ServerError, "no"));
        var second = new FakeProvider("b");
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m", "b/m"),
            [first, second],
            configure: services => services.AddSingleton<ISpendObserver, Failing>().AddSingleton<ISpendObserver>(watching));
        var call = machine.Chat();

        await machine.SendAsync(call);
        await call.DisposeAsync();

        Assert.Equal(await machine.RowsAsync(call), watching.Rows);
        Assert.Equal([1, 2], watching.Rows.Select(row => row.Attempt));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Observers_Stream_HearOfItBeforeItsEnd()
    {
        var watching = new Watching();
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m"), [new FakeProvider("a")], configure: services => services.AddSingleton<ISpendObserver>(watching));
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        Assert.Empty(watching.Rows);
        await foreach (var update in outcome.Updates!)
        {
        }

        Assert.Single(watching.Rows);
    }

    private sealed class Watching : ISpendObserver
    {
        public List<LedgerRow> Rows { get; } = [];

        public void Settled(LedgerRow row) => Rows.Add(row);
    }

    private sealed class Failing : ISpendObserver
    {
        public void Settled(LedgerRow row) => throw new InvalidOperationException("cannot count");
    }
}
