using Conductor.Core.Tests.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class SqliteUsageReaderTests : UsageReaderConformance
{
    private readonly TempFolder _folder = new();
    private SqliteLedgerStore? _store;

    [Fact]
    public async Task Sum_DaysThatRowsWereSummedUpTo_CountToo()
    {
        var store = (SqliteLedgerStore)Open();
        await store.AppendAsync([LedgerRows.Row()], default);
        using (var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False"))
        {
            connection.Execute(
                """
                INSERT INTO ledger_days VALUES (20000, 'default', '', 'chat', 'openai', 'gpt', 'succeeded', 'estimated', 4, 5, 6000, 100, 1, 2, 3, 4, 5, 6, 50, 7, 8, 9, 1000, 0),
                    (20001, 'default', 'web', 'chat', 'openai', 'gpt', 'failed', 'unknown', 2, 3, 4000, 10, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0)
                """);
        }

        var all = Assert.Single(await store.SumAsync(new UsageFilter(), UsageDimension.None, default));
        var ofOneDay = Assert.Single(await store.SumAsync(new UsageFilter { From = DateTimeOffset.UnixEpoch.AddDays(20_000), Until = DateTimeOffset.UnixEpoch.AddDays(20_001) }, UsageDimension.Key, default));

        Assert.Equal((7, 9, 6, 3), (all.Calls, all.Attempts, all.Succeeded, all.UnknownCosts));
        Assert.Equal((new Conductor.Money.NanoUsd(214_350 + 1000), new Conductor.Money.NanoUsd(1000)), (all.Cost, all.EstimatedCost));
        Assert.Equal(("default/", 100, 3, 9), (ofOneDay.Name, ofOneDay.Usage.InputTokens, ofOneDay.Usage.CacheWriteHourTokens, ofOneDay.Usage.ImageOutputTokens));
    }

    protected override ILedgerStore Open() => _store ??= new SqliteLedgerStore(_folder.Database);

    protected override void Dispose(bool disposing)
    {
        _store?.Dispose();
        _folder.Dispose();
        base.Dispose(disposing);
    }
}
