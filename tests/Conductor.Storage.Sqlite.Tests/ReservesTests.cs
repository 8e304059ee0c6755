using Conductor.Calls;
using Conductor.Money;
using Conductor.Settings;
using Conductor.Storage.Slots;
using Microsoft.Extensions.Logging.Abstractions;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

/// <summary>Attempts that are in the store before they are made, and what becomes of them.</summary>
public sealed class ReservesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reserved_ProcessEnds_IsFoundAsInterruptedAndOnce()
    {
        await using (var first = new SqliteLedgerStore(_folder.Database))
        {
            await first.ReserveAsync([Open("a"), Open("b")], CancellationToken.None);
            await first.ReserveAsync([Open("b")], CancellationToken.None);
            await first.AppendAsync([Row("a")], CancellationToken.None);
        }

        await using var store = new SqliteLedgerStore(_folder.Database);
        var left = Assert.Single(await store.ReservedAsync(CancellationToken.None));

        Assert.Equal(LedgerRow.Interrupted(Open("b") with { KeyId = "web" }), left);
        await store.AppendAsync([left], CancellationToken.None);
        Assert.Empty(await store.ReservedAsync(CancellationToken.None));
        Assert.Equal(new NanoUsd(9_000), (await store.FindAsync("default", "b", CancellationToken.None))[0].Cost);
    }

    [Fact]
    public async Task Full_ProcessEndsInEveryState_EachAttemptIsBookedOnceAtItsBest()
    {
        var slots = Path.Combine(_folder.Path, "reservations");
        await using (var store = new SqliteLedgerStore(_folder.Database))
        using (var places = new SlotReservationStore(slots, 16, NullLogger<SlotReservationStore>.Instance))
        {
            places.Open(isAlone: true);
            await store.ReserveAsync([Open("begun"), Open("settled"), Open("booked"), Open("powerless")], CancellationToken.None);
            Assert.True(places.TryReserve(Open("begun"), out _));
            Assert.True(places.TryReserve(Open("settled"), out var settled));
            Assert.True(places.TryReserve(Open("booked"), out var booked));
            places.Settle(settled, Row("settled", cost: new NanoUsd(11)));
            places.Settle(booked, Row("booked", cost: new NanoUsd(12)));
            await store.AppendAsync([Row("booked", cost: new NanoUsd(12))], CancellationToken.None);

            // and here the power fails: "booked" was not given back, and the place of "powerless" never reached the disk
        }

        await using var next = new SqliteLedgerStore(_folder.Database);
        using var left = new SlotReservationStore(slots, 16, NullLogger<SlotReservationStore>.Instance);
        await using var writer = new LedgerWriter(next, TimeProvider.System, NullLogger<LedgerWriter>.Instance, reservations: left);
        await writer.OpenAsync(isAlone: true, LedgerDurability.Full, CancellationToken.None);

        async Task<(CostStatus, NanoUsd?)> OfAsync(string id)
        {
            var row = Assert.Single(await next.FindAsync("default", id, CancellationToken.None));
            return (row.CostStatus, row.Cost);
        }

        Assert.Equal((CostStatus.Interrupted, new NanoUsd(9_000)), await OfAsync("begun"));
        Assert.Equal((CostStatus.Interrupted, new NanoUsd(9_000)), await OfAsync("powerless"));
        Assert.Equal((CostStatus.Settled, new NanoUsd(11)), await OfAsync("settled"));
        Assert.Equal((CostStatus.Settled, new NanoUsd(12)), await OfAsync("booked"));
        Assert.Equal(0, left.InUse);
        Assert.Empty(await next.ReservedAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Full_Reserve_IsInTheStoreWhenItReturnsAndGoneWithItsRow()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        using var places = new SlotReservationStore(Path.Combine(_folder.Path, "reservations"), 64, NullLogger<SlotReservationStore>.Instance);
        await using var writer = new LedgerWriter(store, TimeProvider.System, NullLogger<LedgerWriter>.Instance, reservations: places);
        await writer.OpenAsync(isAlone: true, LedgerDurability.Full, CancellationToken.None);

        var tickets = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => writer.ReserveAsync(Open($"c{i}")).AsTask()));

        Assert.DoesNotContain(tickets, ticket => ticket.IsNone);
        Assert.Equal(40, (await store.ReservedAsync(CancellationToken.None)).Count);
        for (var i = 0; i < 40; i++)
        {
            writer.Append(Row($"c{i}"), tickets[i]);
        }

        await writer.FlushAsync(CancellationToken.None);
        Assert.Empty(await store.ReservedAsync(CancellationToken.None));
        Assert.Equal(0, places.InUse);
    }

    [Fact]
    public async Task Full_StoreCannotBeWritten_TheAttemptGetsNoPlace()
    {
        await using (var made = new SqliteLedgerStore(_folder.Database))
        {
            await made.OpenAsync(CancellationToken.None);
        }

        await using var store = new SqliteLedgerStore(new SqliteDatabase(_folder.Database, Migration.All, TimeProvider.System, connection => Dapper.SqlMapper.Execute(connection, "PRAGMA query_only = 1")));
        var places = new InMemoryReservationStore(4);
        await using var writer = new LedgerWriter(store, TimeProvider.System, NullLogger<LedgerWriter>.Instance, reservations: places);
        await writer.OpenAsync(isAlone: true, LedgerDurability.Full, CancellationToken.None);

        Assert.True((await writer.ReserveAsync(Open("a"))).IsNone);
        Assert.Equal(0, places.InUse);
    }

    private static LedgerRow Open(string callId) => Row(callId) with
    {
        UpstreamRequestId = null,
        Duration = TimeSpan.Zero,
        Status = AttemptStatus.Running,
        Usage = new TokenUsage { InputTokens = 50, OutputTokens = 60, IsEstimated = true },
        Cost = new NanoUsd(9_000),
        Reserved = new NanoUsd(9_000),
        CostStatus = CostStatus.Interrupted,
    };
}
