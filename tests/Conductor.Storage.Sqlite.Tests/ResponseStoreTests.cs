using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite.Tests;

/// <summary>Both stores keep the same promises.</summary>
public sealed class ResponseStoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 6, 30, 0, 123, 456, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new(Start);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_Answer_ReadsBackEveryMember(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        var answer = Answer("resp_1") with { PreviousId = "resp_0", ItemIds = ["msg_1", "rs_1"] };

        Assert.True(await store.Value.SaveAsync(answer, 1000, CancellationToken.None));

        AssertSame(answer, await store.Value.FindAsync("acme", "resp_1", CancellationToken.None));
        AssertSame(answer, await store.Value.FindByItemAsync("acme", "rs_1", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_AnotherTenant_IsNotThere(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("resp_1") with { ItemIds = ["msg_1"] }, 1000, CancellationToken.None);

        Assert.Null(await store.Value.FindAsync("globex", "resp_1", CancellationToken.None));
        Assert.Null(await store.Value.FindByItemAsync("globex", "msg_1", CancellationToken.None));
        Assert.False(await store.Value.DeleteAsync("globex", "resp_1", CancellationToken.None));
        Assert.NotNull(await store.Value.FindAsync("acme", "resp_1", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_SameIdOfTwoTenants_AreTwo(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("resp_1", text: "mine"), 1000, CancellationToken.None);
        await store.Value.SaveAsync(Answer("resp_1", "globex", "theirs"), 1000, CancellationToken.None);

        Assert.Equal("mine", Text((await store.Value.FindAsync("acme", "resp_1", CancellationToken.None))!.Body));
        Assert.Equal("theirs", Text((await store.Value.FindAsync("globex", "resp_1", CancellationToken.None))!.Body));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_SameIdAgain_TakesItsPlace(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        for (var i = 0; i < 50; i++)
        {
            await store.Value.SaveAsync(Answer("resp_1", text: $"{i:000}") with { ItemIds = ["msg_1"] }, 20, CancellationToken.None); // would not fit twice
        }

        Assert.Equal("049", Text((await store.Value.FindByItemAsync("acme", "msg_1", CancellationToken.None))!.Body));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_BeyondTheSize_TheTenantsOldestLeave(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("other", "globex"), 100, CancellationToken.None);
        foreach (var id in (string[])["a", "b", "c"])
        {
            await store.Value.SaveAsync(Answer(id) with { ItemIds = ["item_" + id] }, 30, CancellationToken.None); // 13 bytes each
        }

        Assert.Null(await store.Value.FindAsync("acme", "a", CancellationToken.None));
        Assert.Null(await store.Value.FindByItemAsync("acme", "item_a", CancellationToken.None));
        Assert.NotNull(await store.Value.FindAsync("acme", "b", CancellationToken.None));
        Assert.NotNull(await store.Value.FindAsync("acme", "c", CancellationToken.None));
        Assert.NotNull(await store.Value.FindAsync("globex", "other", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Save_LargerThanAll_IsNotKept(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("a"), 30, CancellationToken.None);

        Assert.False(await store.Value.SaveAsync(Answer("b", text: new string('x', 100)), 30, CancellationToken.None));

        Assert.Null(await store.Value.FindAsync("acme", "b", CancellationToken.None));
        Assert.NotNull(await store.Value.FindAsync("acme", "a", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Find_Expired_IsNotThere(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("resp_1") with { ItemIds = ["msg_1"] }, 1000, CancellationToken.None);

        _clock.Now = Start.AddDays(30);

        Assert.Null(await store.Value.FindAsync("acme", "resp_1", CancellationToken.None));
        Assert.Null(await store.Value.FindByItemAsync("acme", "msg_1", CancellationToken.None));
        Assert.False(await store.Value.DeleteAsync("acme", "resp_1", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_Answer_IsGoneWithItsItems(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.SaveAsync(Answer("resp_1") with { ItemIds = ["msg_1"] }, 1000, CancellationToken.None);

        Assert.True(await store.Value.DeleteAsync("acme", "resp_1", CancellationToken.None));
        Assert.False(await store.Value.DeleteAsync("acme", "resp_1", CancellationToken.None));
        Assert.Null(await store.Value.FindAsync("acme", "resp_1", CancellationToken.None));
        Assert.Null(await store.Value.FindByItemAsync("acme", "msg_1", CancellationToken.None));
    }

    [Fact]
    public async Task Sqlite_NextProcess_HasTheAnswers()
    {
        await using (var first = new SqliteResponseStore(_folder.Database, _clock))
        {
            await first.SaveAsync(Answer("resp_1"), 1000, CancellationToken.None);
        }

        await using var second = new SqliteResponseStore(_folder.Database, _clock);

        AssertSame(Answer("resp_1"), await second.FindAsync("acme", "resp_1", CancellationToken.None));
    }

    [Fact]
    public async Task Sqlite_Expired_LeavesTheFileAtTheNextSave()
    {
        await using var store = new SqliteResponseStore(_folder.Database, _clock);
        await store.SaveAsync(Answer("resp_1") with { ItemIds = ["msg_1"] }, 1000, CancellationToken.None);
        _clock.Now = Start.AddDays(31);

        await store.SaveAsync(Answer("resp_2", "globex") with { ExpiresAt = Start.AddDays(60) }, 1000, CancellationToken.None);

        await using var raw = new SqliteConnection($"Data Source={_folder.Database};Pooling=false");
        Assert.Equal(["resp_2"], raw.Query<string>("SELECT response_id FROM responses"));
        Assert.Equal(0, raw.ExecuteScalar<int>("SELECT COUNT(*) FROM response_items"));
        Assert.Equal([0L, 13L], raw.Query<long>("SELECT bytes FROM response_sizes ORDER BY tenant_id"));
    }

    [Fact]
    public async Task Sqlite_BesideTheLedger_BothWrite()
    {
        await using var ledger = new SqliteLedgerStore(_folder.Database);
        await using var store = new SqliteResponseStore(_folder.Database, _clock);

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(i => (Task[])
        [
            Task.Run(() => ledger.AppendAsync([LedgerRows.Row($"req_{i}")], CancellationToken.None)),
            Task.Run(() => store.SaveAsync(Answer($"resp_{i}"), 10_000, CancellationToken.None)),
        ]));

        Assert.Equal(20, (await ledger.TotalsAsync(CancellationToken.None)).Attempts);
        Assert.NotNull(await store.FindAsync("acme", "resp_19", CancellationToken.None));
    }

    private static StoredResponse Answer(string id, string tenant = "acme", string text = "{\"output\"}") => new()
    {
        Id = id,
        TenantId = tenant,
        CreatedAt = Start,
        ExpiresAt = Start.AddDays(30),
        Input = "[1]"u8.ToArray(),
        Body = Encoding.UTF8.GetBytes(text),
    };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static void AssertSame(StoredResponse expected, StoredResponse? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(
            (expected.Id, expected.TenantId, expected.PreviousId, expected.CreatedAt, expected.ExpiresAt, Text(expected.Input), Text(expected.Body)),
            (actual.Id, actual.TenantId, actual.PreviousId, actual.CreatedAt, actual.ExpiresAt, Text(actual.Input), Text(actual.Body)));
        Assert.Equal(expected.ItemIds, actual.ItemIds);
    }

    private Opened Open(bool isSqlite) => new(isSqlite ? new SqliteResponseStore(_folder.Database, _clock) : new InMemoryResponseStore(_clock));

    private sealed class Opened(IResponseStore store) : IAsyncDisposable
    {
        public IResponseStore Value => store;

        public ValueTask DisposeAsync() => store is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }

    private sealed class Clock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
