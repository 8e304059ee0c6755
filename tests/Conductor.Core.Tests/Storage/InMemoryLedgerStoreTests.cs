using Conductor.Money;
using Conductor.Storage;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage;

public sealed class InMemoryLedgerStoreTests
{
    private readonly InMemoryLedgerStore _store = new(capacity: 3);

    [Fact]
    public async Task Append_SameRowAgain_CountsOnce()
    {
        await _store.AppendAsync([Row("a"), Row("a", 2)], CancellationToken.None);
        await _store.AppendAsync([Row("a", nanoUsd: 999)], CancellationToken.None);

        Assert.Equal([1, 2], (await _store.FindAsync("default", "a", CancellationToken.None)).Select(row => row.Attempt));
        Assert.Equal(new LedgerTotals(1, 2, 60, new NanoUsd(20)), await _store.TotalsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Find_AnotherTenant_IsNotThere()
    {
        await _store.AppendAsync([Row("a", tenant: "acme")], CancellationToken.None);

        Assert.Empty(await _store.FindAsync("globex", "a", CancellationToken.None));
        Assert.Single(await _store.FindAsync("acme", "a", CancellationToken.None));
    }

    [Fact]
    public async Task Append_MoreThanItHolds_OldestLeaveAndTheirSumsStay()
    {
        await _store.AppendAsync([Row("a"), Row("a", 2), Row("b"), Row("c"), Row("d")], CancellationToken.None);

        Assert.Empty(await _store.FindAsync("default", "a", CancellationToken.None));
        Assert.Single(await _store.FindAsync("default", "b", CancellationToken.None));
        Assert.Equal(new LedgerTotals(4, 5, 150, new NanoUsd(50)), await _store.TotalsAsync(CancellationToken.None));
    }
}
