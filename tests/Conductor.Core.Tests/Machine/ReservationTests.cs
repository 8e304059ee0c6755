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
    public async Task Attempt_SeveralAnswers_ReservesForEach()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();
        call.Request.Options.MaxOutputTokens = 10;
        call.Request.Options.AdditionalProperties = new() { ["n"] = 3 };

        await machine.SendAsync(call);

        Assert.Equal(30, call.Reservation.OutputTokens);
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

    [Fact]
    public async Task Attempt_NoPlaceFree_IsNotMadeAndTellsOfTheStorage()
    {
        var places = new InMemoryReservationStore(1);
        Assert.True(places.TryReserve(Storage.LedgerRows.Row("another"), out _));
        var provider = new FakeProvider("a");
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [provider], configure: services => services.AddSingleton<IReservationStore>(places));
        var call = machine.Chat();

        var refused = await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(call));
        await call.DisposeAsync();

        Assert.Equal((503, "storage_full"), (refused.Status, refused.Code));
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal(0, provider.Calls);
        Assert.Empty(call.Attempts);
        Assert.Empty(await machine.RowsAsync(call));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Attempt_PlacesTakenByRowsOnTheirWay_WaitsForThem()
    {
        var places = new InMemoryReservationStore(1);
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m"), [new FakeProvider("a")], ledger: new LedgerWriterOptions { Linger = TimeSpan.FromHours(1) },
            configure: services => services.AddSingleton<IReservationStore>(places));
        var (first, second) = (machine.Chat(), machine.Chat());
        await machine.SendAsync(first); // its row lingers

        await machine.SendAsync(second);

        Assert.Single(await machine.RowsAsync(second));
        Assert.Equal(0, places.InUse);
    }

    [Fact]
    public async Task Attempt_StoreFails_ItsPlaceIsHeldUntilTheRowIsIn()
    {
        var places = new InMemoryReservationStore(2);
        var store = new FailingStore { IsFailing = true };
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m"), [new FakeProvider("a")], store: store, ledger: new LedgerWriterOptions { Linger = TimeSpan.Zero },
            configure: services => services.AddSingleton<IReservationStore>(places));
        await machine.SendAsync(machine.Chat());
        await machine.Time.WaitForTimersAsync(1).WaitAsync(TimeSpan.FromSeconds(30)); // the writer waits to try again
        await machine.SendAsync(machine.Chat());
        Assert.Equal(2, places.InUse);

        var refused = await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(machine.Chat()));
        store.IsFailing = false;
        machine.Time.Advance(TimeSpan.FromSeconds(10));
        await machine.Get<LedgerWriter>().FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("storage_full", refused.Code);
        Assert.Equal(0, places.InUse);
        Assert.Equal(2, (await store.TotalsAsync(CancellationToken.None)).Attempts);
    }

    private sealed class FailingStore : ILedgerStore
    {
        private readonly InMemoryLedgerStore _store = new();
        private volatile bool _isFailing;

        public bool IsFailing
        {
            get => _isFailing;
            set => _isFailing = value;
        }

        public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken) =>
            IsFailing ? Task.FromException(new StorageException("the disk is full")) : _store.AppendAsync(rows, cancellationToken);

        public Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken) => _store.FindAsync(tenantId, requestId, cancellationToken);

        public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken) => _store.TotalsAsync(cancellationToken);
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
