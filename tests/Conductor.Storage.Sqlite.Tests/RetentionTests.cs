using Conductor.Calls;
using Conductor.Money;
using Dapper;
using Microsoft.Data.Sqlite;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 11, 20, 15, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SumUp_RowsOfManyDays_ChangesNoSumAndKeepsTheYoungOnes()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var rows = Enumerable.Range(0, 5_000).Select(i => Of(i) with
        {
            StartedAt = Today.AddHours(-i % 240),
            Cost = i % 7 == 0 ? null : new NanoUsd((Int128)long.MaxValue + i),
            CostStatus = i % 7 == 0 ? CostStatus.Unknown : CostStatus.Settled,
        }).ToList();
        await store.AppendAsync(rows, CancellationToken.None);
        var before = await store.TotalsAsync(CancellationToken.None);

        var summed = await store.SumUpAsync(Today.AddDays(-3), CancellationToken.None);

        var old = rows.Where(row => row.StartedAt < Today.AddDays(-3).Date).ToList();
        Assert.Equal(old.Count, summed);
        Assert.Equal(before, await store.TotalsAsync(CancellationToken.None));
        Assert.Equal(old.Aggregate(NanoUsd.Zero, (sum, row) => sum + (row.Cost ?? NanoUsd.Zero)), (await store.SummedAsync(CancellationToken.None)).Cost);
        Assert.Equal(0, await store.SumUpAsync(Today.AddDays(-3), CancellationToken.None));
        Assert.Empty(await store.FindAsync("t1", old[0].RequestId, CancellationToken.None));
        var young = rows.First(row => row.StartedAt >= Today.AddDays(-3).Date);
        Assert.Single(await store.FindAsync(young.TenantId, young.RequestId, CancellationToken.None));
        var audit = new LedgerAudit(_ => null);
        await LedgerVerification.RunAsync(store, audit, CancellationToken.None);
        Assert.Empty(audit.Violations);
    }

    [Fact]
    public async Task SumUp_InTwoGoes_AddsToTheSameSums()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        var day = Today.AddDays(-30);
        await store.AppendAsync([.. Enumerable.Range(0, 10).Select(i => Of(0) with { CallId = $"a{i}", StartedAt = day })], CancellationToken.None);
        await store.SumUpAsync(Today, CancellationToken.None);
        await store.AppendAsync([.. Enumerable.Range(0, 10).Select(i => Of(0) with { CallId = $"b{i}", StartedAt = day, Attempt = 2 })], CancellationToken.None);

        await store.SumUpAsync(Today, CancellationToken.None);

        using var raw = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        Assert.Equal(
            (10L, 20L, 2_000L, 4_287_000L),
            raw.QuerySingle<(long, long, long, long)>("SELECT requests, attempts, input_tokens, cost_nano_usd FROM ledger_days"));
    }

    [Fact]
    public async Task Verify_SumThatWasChanged_IsTold()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.AppendAsync([Row(), Row("req_2")], CancellationToken.None);
        using var raw = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        raw.Execute("UPDATE ledger SET cost_nano_usd = cost_nano_usd + 1 WHERE request_id = 'req_2'");
        var audit = new LedgerAudit(_ => new NanoUsd(214_350));

        await LedgerVerification.RunAsync(store, audit, CancellationToken.None);

        Assert.Contains("req_2", Assert.Single(audit.Violations), StringComparison.Ordinal);
    }

    private static LedgerRow Of(int i) => Row($"req_{i}", tenant: $"t{i % 3}") with { KeyId = i % 2 == 0 ? null : "web", Model = $"m{i % 5}" };
}
