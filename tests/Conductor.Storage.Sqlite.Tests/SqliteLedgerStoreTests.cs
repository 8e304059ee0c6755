using Conductor.Calls;
using Conductor.Money;
using Dapper;
using Microsoft.Data.Sqlite;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class SqliteLedgerStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_FullRow_ReadsBackEveryMember()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var row = Row() with { ErrorCode = "upstream_timeout", Status = AttemptStatus.Failed };

        await store.AppendAsync([row], CancellationToken.None);

        Assert.Equal(row, Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None)));
    }

    [Fact]
    public async Task Append_RowWithNothingOptional_ReadsBackNulls()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var row = Row() with { KeyId = null, UpstreamRequestId = null, Cost = null, CostStatus = CostStatus.Unknown, PriceVersion = null, Usage = TokenUsage.None };

        await store.AppendAsync([row], CancellationToken.None);

        Assert.Equal(row, Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("-9223372036854775809")]
    [InlineData("123456789012345678901234567890123456789")]
    [InlineData("170141183460469231731687303715884105727")]
    [InlineData("-170141183460469231731687303715884105728")]
    public async Task Append_CostOfAnySize_IsKeptAndSummedExactly(string nanoUsd)
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var cost = new NanoUsd(Int128.Parse(nanoUsd, System.Globalization.CultureInfo.InvariantCulture));

        await store.AppendAsync([Row(cost: cost), Row("req_2", cost: NanoUsd.Zero)], CancellationToken.None);

        Assert.Equal(cost, (await store.FindAsync("default", "req_1", CancellationToken.None))[0].Cost);
        Assert.Equal(cost, (await store.TotalsAsync(CancellationToken.None)).Cost);
    }

    [Fact]
    public async Task Spent_SumsByDayTenantKeyAndOperation_WithinItsTime()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var day = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        var large = new NanoUsd((Int128)1 << 70);
        await store.AppendAsync(
            [
                Row("a", cost: large) with { StartedAt = day },
                Row("b", cost: new NanoUsd(2)) with { StartedAt = day.AddDays(1).AddMicroseconds(-1) },
                Row("c", cost: new NanoUsd(4)) with { StartedAt = day.AddDays(1) },
                Row("d", cost: new NanoUsd(8)) with { StartedAt = day, KeyId = null },
                Row("e", cost: new NanoUsd(16)) with { StartedAt = day, Operation = "embeddings" },
                Row("f", tenant: "t2", cost: new NanoUsd(32)) with { StartedAt = day },
                Row("g", cost: new NanoUsd(64)) with { StartedAt = day.AddMicroseconds(-1) },
                Row("h", cost: new NanoUsd(128)) with { StartedAt = day.AddDays(2) },
                Row("i") with { StartedAt = day, Cost = null, CostStatus = CostStatus.Unknown },
            ],
            CancellationToken.None);

        var spent = await store.SpentAsync(day, day.AddDays(2), CancellationToken.None);

        Assert.Equal(
            [
                new SpentAmount(day, "default", null, "chat", new NanoUsd(8)),
                new SpentAmount(day, "default", "web", "chat", large + new NanoUsd(2)),
                new SpentAmount(day, "default", "web", "embeddings", new NanoUsd(16)),
                new SpentAmount(day, "t2", "web", "chat", new NanoUsd(32)),
                new SpentAmount(day.AddDays(1), "default", "web", "chat", new NanoUsd(4)),
            ],
            spent.OrderBy(one => one.Day).ThenBy(one => one.TenantId, StringComparer.Ordinal).ThenBy(one => one.KeyId, StringComparer.Ordinal).ThenBy(one => one.Operation, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Append_OrdinaryCost_IsTheColumnItself()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);

        await store.AppendAsync([Row(cost: new NanoUsd(214_350))], CancellationToken.None);

        using var other = OpenRaw();
        Assert.Equal((214_350, 0), other.QuerySingle<(long, long)>("SELECT cost_nano_usd, cost_nano_usd_upper FROM ledger"));
    }

    [Fact]
    public async Task Append_SameRowsAgain_LeavesTheFirstAndCountsOnce()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([Row(), Row(attempt: 2)], CancellationToken.None);

        await store.AppendAsync([Row(cost: new NanoUsd(999)), Row(attempt: 2), Row(attempt: 3)], CancellationToken.None);

        var rows = await store.FindAsync("default", "req_1", CancellationToken.None);
        Assert.Equal([1, 2, 3], rows.Select(row => row.Attempt));
        Assert.Equal(new NanoUsd(214_350), rows[0].Cost);
    }

    [Fact]
    public async Task Find_AnotherTenantsRequest_IsNotThere()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([Row(tenant: "acme")], CancellationToken.None);

        Assert.Empty(await store.FindAsync("globex", "req_1", CancellationToken.None));
        Assert.Single(await store.FindAsync("acme", "req_1", CancellationToken.None));
    }

    [Fact]
    public async Task Totals_EmptyLedger_AreZero()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);

        Assert.Equal(new LedgerTotals(0, 0, 0, NanoUsd.Zero), await store.TotalsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Totals_SeveralAttempts_CountRequestsOnceAndSkipUnknownCosts()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);

        await store.AppendAsync([Row(), Row(attempt: 2), Row("req_2", cost: new NanoUsd(50)), Row("req_3") with { Cost = null, CostStatus = CostStatus.Unknown }], CancellationToken.None);

        Assert.Equal(new LedgerTotals(3, 4, 480, new NanoUsd(428_750)), await store.TotalsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Totals_TokensBeyond64Bits_StopAtTheLargestNumber()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var huge = new TokenUsage { InputTokens = long.MaxValue, OutputTokens = long.MaxValue };

        await store.AppendAsync([Row() with { Usage = huge }, Row("req_2") with { Usage = huge }], CancellationToken.None);

        Assert.Equal(long.MaxValue, (await store.TotalsAsync(CancellationToken.None)).Tokens);
    }

    [Fact]
    public async Task Reopen_AfterDispose_HasTheRows()
    {
        await using (var first = new SqliteLedgerStore(_folder.Database))
        {
            await first.AppendAsync([Row()], CancellationToken.None);
        }

        await using var second = new SqliteLedgerStore(_folder.Database);

        Assert.Single(await second.FindAsync("default", "req_1", CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            var gone = new SqliteLedgerStore(_folder.Database);
            await gone.DisposeAsync();
            await gone.AppendAsync([Row()], CancellationToken.None);
        });
    }

    [Fact]
    public async Task Kill_WithoutCheckpoint_RowsAreInTheCopyOfFileAndWal()
    {
        // What a killed process leaves behind: the file and its -wal as they are, with no handle's farewell.
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([.. Enumerable.Range(0, 300).Select(i => Row($"req_{i}"))], CancellationToken.None);
        using var left = new TempFolder();
        File.Copy(_folder.Database, left.Database);
        File.Copy(_folder.Database + "-wal", left.Database + "-wal");

        await using var survivor = new SqliteLedgerStore(left.Database);

        Assert.Equal(300, (await survivor.TotalsAsync(CancellationToken.None)).Attempts);
        using var raw = new SqliteConnection($"Data Source={left.Database};Pooling=False");
        Assert.Equal("ok", raw.ExecuteScalar<string>("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Kill_InTheMiddleOfAWalFrame_LosesAtMostThatCommit()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([Row("req_1")], CancellationToken.None);
        var whole = new FileInfo(_folder.Database + "-wal").Length;
        await store.AppendAsync([Row("req_2")], CancellationToken.None);
        using var left = new TempFolder();
        File.Copy(_folder.Database, left.Database);
        await File.WriteAllBytesAsync(left.Database + "-wal", ReadShared(_folder.Database + "-wal").AsMemory(0, (int)whole + 100));

        await using var survivor = new SqliteLedgerStore(left.Database);

        Assert.Single(await survivor.FindAsync("default", "req_1", CancellationToken.None));
        Assert.Empty(await survivor.FindAsync("default", "req_2", CancellationToken.None));
    }

    [Fact]
    public async Task Read_WhileAnotherThreadWrites_SeesWholeBatchesOnly()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.OpenAsync(CancellationToken.None);

        var writing = Task.Run(async () =>
        {
            for (var batch = 0; batch < 40; batch++)
            {
                await store.AppendAsync([.. Enumerable.Range(0, 25).Select(i => Row($"req_{batch}_{i}"))], CancellationToken.None);
            }
        });
        var readings = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var seen = new List<long>();
            do
            {
                seen.Add((await store.TotalsAsync(CancellationToken.None)).Attempts);
            }
            while (!writing.IsCompleted);
            return seen;
        })));
        await writing;

        Assert.All(readings.SelectMany(seen => seen), attempts => Assert.Equal(0, attempts % 25));
        Assert.All(readings, seen => Assert.Equal(seen.Order(), seen));
        Assert.Equal(1000, (await store.TotalsAsync(CancellationToken.None)).Attempts);
    }

    [Fact]
    public async Task Append_FileDeletedMeanwhile_BeginsANewOne()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([Row("req_1")], CancellationToken.None);
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Delete(file);
        }

        await store.AppendAsync([Row("req_2")], CancellationToken.None);

        using var other = OpenRaw();
        Assert.Equal("req_2", other.QuerySingle<string>("SELECT request_id FROM ledger"));
    }

    [SkippableFact]
    public async Task Folder_MadeByTheStore_IsItsOwnersAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("Windows has no such permissions.");
        }

        var folder = Path.Combine(_folder.Path, "new", "data");
        await using var store = new SqliteLedgerStore(Path.Combine(folder, "conductor.db"));

        await store.AppendAsync([Row("req_1")], CancellationToken.None);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    private SqliteConnection OpenRaw() => new($"Data Source={_folder.Database};Pooling=False");

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
