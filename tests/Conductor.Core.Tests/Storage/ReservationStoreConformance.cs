using System.Collections.Concurrent;
using Conductor.Storage;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage;

/// <summary>What every reservation store must do.</summary>
public abstract class ReservationStoreConformance : IDisposable
{
    private const int Capacity = 64;
    private IReservationStore? _store;

    /// <summary>The store under test, opened.</summary>
    private IReservationStore Store => _store ??= Opened();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Reserve_AllPlaces_TheNextIsRefusedUntilOneIsGivenBack()
    {
        var tickets = Enumerable.Range(0, Capacity).Select(i => Reserve($"c{i}")).ToList();

        Assert.False(Store.TryReserve(Row("one too many"), out var none));
        Assert.True(none.IsNone);
        Assert.Equal(Capacity, Store.InUse);
        Store.Release(tickets[7]);
        Assert.True(Store.TryReserve(Row("again"), out _));
        Assert.Equal(Capacity, tickets.Distinct().Count());
    }

    [Fact]
    public void Ticket_GivenBack_IsGoodForNothing()
    {
        var ticket = Reserve("a");
        Store.Settle(ticket, Row("a"));
        Store.Release(ticket);
        var next = Reserve("b"); // likely the same place

        Assert.NotEqual(ticket, next);
        Assert.Throws<ArgumentException>(() => Store.Release(ticket));
        Assert.Throws<ArgumentException>(() => Store.Settle(ticket, Row("a")));
        Assert.Throws<ArgumentException>(() => Store.Release(default));
        Assert.Equal(1, Store.InUse);
    }

    [Fact]
    public void Open_NothingLeft_IsEmpty()
    {
        Assert.Empty(Store.Open(isAlone: false));
        Assert.Equal(0, Store.InUse);
        Assert.Equal(Capacity, Store.Capacity);
    }

    [Fact]
    public async Task Reserve_FromManyThreads_NoPlaceIsGivenTwice()
    {
        var store = Store; // opened before the threads come
        var taken = new ConcurrentDictionary<long, bool>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                if (!store.TryReserve(Row($"c{thread}_{i}"), out var ticket))
                {
                    continue;
                }

                Assert.True(taken.TryAdd(ticket.Value >> 32, true), "a place was taken twice");
                Store.Settle(ticket, Row($"c{thread}_{i}"));
                taken.TryRemove(ticket.Value >> 32, out _);
                Store.Release(ticket);
            }
        })));

        Assert.Equal(0, Store.InUse);
    }

    /// <summary>A store with so many places.</summary>
    protected abstract IReservationStore Create(int capacity);

    protected virtual void Dispose(bool disposing) => (_store as IDisposable)?.Dispose();

    private ReservationTicket Reserve(string callId) => Store.TryReserve(Row(callId), out var ticket) ? ticket : throw new InvalidOperationException("no place");

    private IReservationStore Opened()
    {
        var store = Create(Capacity);
        store.Open(isAlone: true);
        return store;
    }
}

public sealed class InMemoryReservationStoreTests : ReservationStoreConformance
{
    protected override IReservationStore Create(int capacity) => new InMemoryReservationStore(capacity);
}
