using Conductor.Audit;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite.Tests;

/// <summary>Every store of the audit log keeps the same promises; what stands in a file that somebody changed is found.</summary>
public sealed class AuditStoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 6, 30, 0, 123, 456, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<bool> Stores => [true, false];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Append_Entries_ReadBackWithEveryMemberInOneChain(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        var full = new AuditEntry
        {
            Time = Start.AddTicks(7), TenantId = "acme", KeyId = "web", Role = "tenant-admin", Action = "key.created", Object = "keys/acme/ü\0\uD800", ObjectTenantId = "globex",
            Before = """{"a":1}""", After = """{"a":"é😀"}""", Address = "10.0.0.1", RequestId = "req_1",
        };

        var head = await store.Value.AppendAsync([full, Entry(1)], CancellationToken.None);
        head = await store.Value.AppendAsync([Entry(2)], CancellationToken.None);

        var rows = await AllAsync(store.Value);
        Assert.Equal([1, 2, 3], rows.Select(row => row.Number));
        Assert.Equal(full with { Time = Start, Object = "keys/acme/ü\uFFFD\uFFFD" }, rows[0].Entry);
        Assert.Equal(Entry(2), rows[2].Entry);
        Assert.Equal(head.Number, rows[2].Number);
        Assert.Equal(head.Hash.ToArray(), rows[2].Hash.ToArray());
        Assert.Null(await ProblemAsync(store.Value));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Append_ManyAtOnce_OneChainWithoutGaps(bool isSqlite)
    {
        await using var store = Open(isSqlite);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => store.Value.AppendAsync([Entry(i), Entry(1_000 + i)], CancellationToken.None))));

        var rows = await AllAsync(store.Value);
        Assert.Equal(Enumerable.Range(1, 128).Select(number => (long)number), rows.Select(row => row.Number));
        Assert.Equal(128, rows.Select(row => row.Entry.Object).Distinct().Count());
        Assert.Null(await ProblemAsync(store.Value));
    }

    [Fact]
    public async Task Append_TwoStoresOnOneFile_OneChain()
    {
        await using var one = new SqliteAuditStore(_folder.Database);
        await using var two = new SqliteAuditStore(_folder.Database);

        for (var i = 0; i < 5; i++)
        {
            await one.AppendAsync([Entry(i)], CancellationToken.None);
            await two.AppendAsync([Entry(10 + i)], CancellationToken.None);
        }

        Assert.Equal(10, (await AllAsync(one)).Count);
        Assert.Null(await ProblemAsync(one));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task List_Filters_GiveTheNewestFirstInPages(bool isSqlite)
    {
        await using var store = Open(isSqlite);
        await store.Value.AppendAsync(
            [
                Entry(1) with { Action = "key.created", TenantId = "acme" },
                Entry(2) with { Action = "key.revoked", TenantId = "default", ObjectTenantId = "acme", KeyId = "root" },
                Entry(3) with { Action = "key_created", TenantId = "globex" },
                Entry(4) with { Action = "config.reloaded", RequestId = "req_4" },
            ],
            CancellationToken.None);

        Assert.Equal([4, 3, 2, 1], await NumbersAsync(store.Value, new AuditFilter()));
        Assert.Equal([2, 1], await NumbersAsync(store.Value, new AuditFilter { TenantId = "acme" }));
        Assert.Equal([2, 1], await NumbersAsync(store.Value, new AuditFilter { Action = "key.*" }));
        Assert.Equal([1], await NumbersAsync(store.Value, new AuditFilter { Action = "key.created" }));
        Assert.Equal([2], await NumbersAsync(store.Value, new AuditFilter { KeyId = "root" }));
        Assert.Equal([4], await NumbersAsync(store.Value, new AuditFilter { RequestId = "req_4" }));
        Assert.Equal([3], await NumbersAsync(store.Value, new AuditFilter { Object = "objects/3" }));
        Assert.Equal([2, 1], await NumbersAsync(store.Value, new AuditFilter { Before = 3 }));
        Assert.Equal([3, 2], await NumbersAsync(store.Value, new AuditFilter { From = Start.AddSeconds(2), Until = Start.AddSeconds(4) }));
        Assert.Equal([4, 3], await NumbersAsync(store.Value, new AuditFilter(), most: 2));
    }

    [Theory]
    [InlineData("UPDATE audit SET object = 'objects/9' WHERE number = 3", 3, "changed")]
    [InlineData("UPDATE audit SET after_json = NULL WHERE number = 3", 3, "changed")]
    [InlineData("UPDATE audit SET tenant_id = '' WHERE number = 3", 3, "changed")]
    [InlineData("DELETE FROM audit WHERE number = 3", 3, "missing")]
    [InlineData("DELETE FROM audit WHERE number = 1", 1, "missing")]
    [InlineData("DELETE FROM audit WHERE number > 4", 5, "missing")]
    [InlineData("DELETE FROM audit", 1, "missing")]
    [InlineData("UPDATE audit SET number = 99 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 99", 2, "follow")]
    [InlineData("DELETE FROM audit WHERE number = 3; UPDATE audit SET number = number - 1 WHERE number = 4; UPDATE audit SET number = number - 1 WHERE number = 5; UPDATE audit_head SET number = 4", 3, "follow")]
    public async Task Verify_AfterSomebodyChangedTheFile_NamesTheFirstWrongRow(string change, long wrong, string why)
    {
        await using (var store = new SqliteAuditStore(_folder.Database))
        {
            await store.AppendAsync([.. Enumerable.Range(1, 5).Select(Entry)], CancellationToken.None);
            Assert.Null(await ProblemAsync(store));
        }

        Change($"DROP TRIGGER audit_stays; DROP TRIGGER audit_is_kept; {change}");

        await using var changed = new SqliteAuditStore(_folder.Database);
        var verification = await VerifyAsync(changed);
        Assert.Equal(wrong, verification.WrongRow);
        Assert.Contains(why, verification.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit SET object = 'x'")]
    [InlineData("DELETE FROM audit")]
    public async Task Change_ByAStatement_IsRefusedByTheFileItself(string statement)
    {
        await using var store = new SqliteAuditStore(_folder.Database);
        await store.AppendAsync([Entry(1)], CancellationToken.None);

        Assert.Throws<SqliteException>(() => Change(statement));

        Assert.Null(await ProblemAsync(store));
    }

    [Fact]
    public async Task Append_FileThatCannotBeWritten_AddsNothingAndGoesOnLater()
    {
        var isFull = false;
        await using var store = new SqliteAuditStore(new SqliteDatabase(_folder.Database, Migration.All, TimeProvider.System, connection => connection.Execute(isFull ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF")));
        await using (var other = new SqliteAuditStore(_folder.Database))
        {
            await other.AppendAsync([Entry(1)], CancellationToken.None);
        }

        isFull = true;
        await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync([Entry(2), Entry(3)], CancellationToken.None));
        isFull = false;
        await store.AppendAsync([Entry(4)], CancellationToken.None);

        Assert.Equal([Entry(1), Entry(4)], (await AllAsync(store)).Select(row => row.Entry));
        Assert.Null(await ProblemAsync(store));
    }

    private static AuditEntry Entry(int index) => new()
    {
        Time = Start.AddSeconds(index), Role = "admin", Action = "tenant.changed", Object = $"objects/{index}", After = $$"""{"index":{{index}}}""",
    };

    private static async Task<List<AuditRow>> AllAsync(IAuditStore store)
    {
        var rows = new List<AuditRow>();
        await foreach (var row in store.AllAsync(0, CancellationToken.None))
        {
            rows.Add(row);
        }

        return rows;
    }

    private static async Task<IEnumerable<long>> NumbersAsync(IAuditStore store, AuditFilter filter, int most = 100) =>
        (await store.ListAsync(filter, most, CancellationToken.None)).Select(row => row.Number);

    private static async Task<AuditVerification> VerifyAsync(IAuditStore store)
    {
        var verification = new AuditVerification();
        foreach (var row in await AllAsync(store))
        {
            verification.Add(row);
        }

        verification.End(await store.HeadAsync(CancellationToken.None));
        return verification;
    }

    private static async Task<string?> ProblemAsync(IAuditStore store) => (await VerifyAsync(store)).Problem;

    private void Change(string statements)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        connection.Execute(statements);
    }

    private Opened Open(bool isSqlite) => new(isSqlite ? new SqliteAuditStore(_folder.Database) : new InMemoryAuditStore());

    private sealed class Opened(IAuditStore store) : IAsyncDisposable
    {
        public IAuditStore Value => store;

        public ValueTask DisposeAsync() => store is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }
}
