using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite.Tests;

/// <summary>Every store of idempotency keys keeps the same promises.</summary>
public sealed class IdempotencyStoreTests : IDisposable
{
    private const long Plenty = 1_000_000;
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 6, 30, 0, 123, 456, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new(Start);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<bool> Stores => [true, false];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Begin_NewKey_IsTaken_AndSecondSeesIt(bool isSqlite)
    {
        await using var store = Open(isSqlite);

        Assert.Null(await store.Value.BeginAsync(Record("k"), CancellationToken.None));
        var known = await store.Value.BeginAsync(Record("k") with { Owner = "other", RequestId = "req_2" }, CancellationToken.None);

        AssertSame(Record("k"), known);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Begin_ManyAtOnce_ExactlyOneTakesIt(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        using var barrier = new Barrier(16);

        var found = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            if (i < 16)
            {
                barrier.SignalAndWait(TimeSpan.FromSeconds(10));
            }

            return await store.Value.BeginAsync(Record("k") with { RequestId = $"req_{i}" }, CancellationToken.None);
        })));

        Assert.Single(found, record => record is null);
        Assert.Single(found.OfType<IdempotencyRecord>().Select(record => record.RequestId).Distinct());
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Begin_AnotherTenant_IsAnotherKey(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.BeginAsync(Record("k"), CancellationToken.None);

        Assert.Null(await store.Value.BeginAsync(Record("k") with { TenantId = "globex" }, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Complete_Answer_ReadsBackEveryMember(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.BeginAsync(Record("k"), CancellationToken.None);
        var done = Done("k", "answer \0 \u00e9");

        Assert.Equal(0, await store.Value.CompleteAsync(done, Plenty, CancellationToken.None));

        AssertSame(done, await store.Value.BeginAsync(Record("k"), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Complete_OfAnotherOwner_ChangesNothing(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.BeginAsync(Record("k"), CancellationToken.None);

        await store.Value.CompleteAsync(Done("k", "theirs") with { Owner = "other" }, Plenty, CancellationToken.None);
        await store.Value.ForgetAsync(Record("k") with { Owner = "other" }, CancellationToken.None);

        AssertSame(Record("k"), await store.Value.BeginAsync(Record("k"), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Forget_Running_FreesTheKey_FinishedStays(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.BeginAsync(Record("a"), CancellationToken.None);
        await store.Value.BeginAsync(Record("b"), CancellationToken.None);
        await store.Value.CompleteAsync(Done("b", "kept"), Plenty, CancellationToken.None);

        await store.Value.ForgetAsync(Record("a"), CancellationToken.None);
        await store.Value.ForgetAsync(Record("b"), CancellationToken.None);

        Assert.Null(await store.Value.BeginAsync(Record("a"), CancellationToken.None));
        Assert.Equal("kept", Text((await store.Value.BeginAsync(Record("b"), CancellationToken.None))!.Body));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Begin_AtItsExpiry_KeyIsFree(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.BeginAsync(Record("k"), CancellationToken.None);
        await store.Value.CompleteAsync(Done("k", "old"), Plenty, CancellationToken.None);

        _clock.Now = Start.AddHours(24).AddMicroseconds(-1);
        Assert.NotNull(await store.Value.BeginAsync(Record("k"), CancellationToken.None));
        _clock.Now = Start.AddHours(24);
        Assert.Null(await store.Value.BeginAsync(Record("k") with { ExpiresAt = Start.AddHours(48) }, CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Sweep_Expired_AreGone_OthersStay(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        for (var i = 0; i < 200; i++)
        {
            await store.Value.BeginAsync(Record($"k{i}") with { ExpiresAt = Start.AddHours(i < 150 ? 1 : 3) }, CancellationToken.None);
        }

        _clock.Now = Start.AddHours(2);

        Assert.Equal(150, await store.Value.SweepAsync(CancellationToken.None));
        Assert.Equal(0, await store.Value.SweepAsync(CancellationToken.None));
        Assert.NotNull(await store.Value.BeginAsync(Record("k199"), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Complete_BeyondTheSize_TheTenantsOldestFinishedLeave(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        var most = 3 * Done("k0", "x").Size;
        await store.Value.BeginAsync(Record("other") with { TenantId = "globex" }, CancellationToken.None);
        await store.Value.CompleteAsync(Done("other", "x") with { TenantId = "globex" }, most, CancellationToken.None);
        await store.Value.BeginAsync(Record("runs"), CancellationToken.None);
        var left = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            await store.Value.BeginAsync(Record($"k{i}"), CancellationToken.None);
            left.Add(await store.Value.CompleteAsync(Done($"k{i}", "x"), most, CancellationToken.None));
        }

        Assert.Equal([0, 0, 1, 1], left); // the one that runs takes a place, and stays
        Assert.Equal(IdempotencyState.Running, (await store.Value.BeginAsync(Record("runs"), CancellationToken.None))!.State);
        Assert.NotNull(await store.Value.BeginAsync(Record("k3"), CancellationToken.None));
        Assert.Null(await store.Value.BeginAsync(Record("k0"), CancellationToken.None));
        Assert.NotNull(await store.Value.BeginAsync(Record("other") with { TenantId = "globex" }, CancellationToken.None));
    }

    [Fact]
    public async Task Sqlite_Reopened_EverythingIsThere()
    {
        await using (var store = new SqliteIdempotencyStore(_folder.Database, _clock))
        {
            await store.BeginAsync(Record("done"), CancellationToken.None);
            await store.CompleteAsync(Done("done", "kept"), Plenty, CancellationToken.None);
            await store.BeginAsync(Record("left"), CancellationToken.None);
        }

        await using var again = new SqliteIdempotencyStore(_folder.Database, _clock);

        AssertSame(Done("done", "kept"), await again.BeginAsync(Record("done"), CancellationToken.None));
        AssertSame(Record("left"), await again.BeginAsync(Record("left") with { Owner = "next" }, CancellationToken.None));
    }

    [Fact]
    public async Task Sqlite_SizesAndRows_Agree()
    {
        await using (var store = new SqliteIdempotencyStore(_folder.Database, _clock))
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
            {
                await store.BeginAsync(Record($"k{i}"), CancellationToken.None);
                await (i % 3 == 0 ? store.ForgetAsync(Record($"k{i}"), CancellationToken.None) : store.CompleteAsync(Done($"k{i}", new string('x', i)), Plenty, CancellationToken.None));
            }));
        }

        await using var raw = new SqliteConnection($"Data Source={_folder.Database};Pooling=false");
        Assert.Equal(raw.ExecuteScalar<long>("SELECT SUM(size) FROM idempotency"), raw.ExecuteScalar<long>("SELECT bytes FROM idempotency_sizes"));
        Assert.Equal(33, raw.ExecuteScalar<long>("SELECT COUNT(*) FROM idempotency"));
    }

    [Fact]
    public async Task Sqlite_BesideTheLedger_BothWrite()
    {
        await using var ledger = new SqliteLedgerStore(_folder.Database);
        await using var store = new SqliteIdempotencyStore(_folder.Database, _clock);

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(i => (Task[])
        [
            Task.Run(() => ledger.AppendAsync([LedgerRows.Row($"req_{i}")], CancellationToken.None)),
            Task.Run(() => store.BeginAsync(Record($"k{i}"), CancellationToken.None)),
        ]));

        Assert.Equal(20, (await ledger.TotalsAsync(CancellationToken.None)).Attempts);
        Assert.NotNull(await store.BeginAsync(Record("k19"), CancellationToken.None));
    }

    private static IdempotencyRecord Record(string key) => new()
    {
        TenantId = "acme",
        Key = key,
        Owner = "process",
        RequestId = "req_1",
        CreatedAt = Start,
        ExpiresAt = Start.AddHours(24),
        Request = "{}"u8.ToArray(),
    };

    private static IdempotencyRecord Done(string key, string body) => Record(key) with
    {
        State = IdempotencyState.Finished,
        Status = 200,
        Headers = """{"content-type":"application/json"}"""u8.ToArray(),
        Body = Encoding.UTF8.GetBytes(body),
    };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static void AssertSame(IdempotencyRecord expected, IdempotencyRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(
            (expected.TenantId, expected.Key, expected.Owner, expected.RequestId, expected.CreatedAt, expected.ExpiresAt, expected.State),
            (actual.TenantId, actual.Key, actual.Owner, actual.RequestId, actual.CreatedAt, actual.ExpiresAt, actual.State));
        Assert.Equal((expected.Status, Text(expected.Request), Text(expected.Headers), Text(expected.Body)), (actual.Status, Text(actual.Request), Text(actual.Headers), Text(actual.Body)));
    }

    private Opened Open(bool isSqlite) => new(isSqlite ? new SqliteIdempotencyStore(_folder.Database, _clock) : new InMemoryIdempotencyStore(_clock));

    private sealed class Opened(IIdempotencyStore store) : IAsyncDisposable
    {
        public IIdempotencyStore Value => store;

        public ValueTask DisposeAsync() => store is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }

    private sealed class Clock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
