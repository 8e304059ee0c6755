using Dapper;
using Microsoft.Data.Sqlite;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class MigratorTests : IDisposable
{
    private static readonly Migration Second = new(2, "note", "ALTER TABLE ledger ADD COLUMN note TEXT; CREATE INDEX ledger_note ON ledger (note);");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_EmbeddedFiles_AreNumberedFromOneWithoutGaps()
    {
        Assert.Equal(Enumerable.Range(1, Migration.All.Count), Migration.All.Select(migration => migration.Version));
        Assert.Equal("ledger", Migration.All[0].Name);
    }

    [Fact]
    public async Task Open_EmptyFolder_MakesFolderFileAndEveryStep()
    {
        var path = Path.Combine(_folder.Path, "deep", "data", "conductor.db");
        await using var store = new SqliteLedgerStore(path);

        await store.OpenAsync(CancellationToken.None);

        using var raw = new SqliteConnection($"Data Source={path};Pooling=False");
        Assert.Equal(Migration.All.Select(migration => migration.Version), raw.Query<int>("SELECT version FROM schema_migrations ORDER BY version"));
        Assert.Equal("wal", raw.ExecuteScalar<string>("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Open_VersionOne_AddsWhatIsMissingAndKeepsTheRows()
    {
        await using (var old = new SqliteLedgerStore(Database(Migration.All[0])))
        {
            await old.AppendAsync([Row()], CancellationToken.None);
        }

        await using var store = new SqliteLedgerStore(Database(Migration.All[0], Second));
        await store.OpenAsync(CancellationToken.None);

        Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None));
        using var raw = OpenRaw();
        Assert.Null(raw.ExecuteScalar<string>("SELECT note FROM ledger"));
        Assert.Equal([1, 2], raw.Query<int>("SELECT version FROM schema_migrations ORDER BY version"));
    }

    [Fact]
    public async Task Open_Twice_AppliesEachStepOnce()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var store = new SqliteLedgerStore(Database(Migration.All[0], Second));
            await store.OpenAsync(CancellationToken.None);
        }

        using var raw = OpenRaw();
        Assert.Equal(2, raw.ExecuteScalar<int>("SELECT COUNT(*) FROM schema_migrations"));
    }

    [Fact]
    public async Task Open_ByManyAtOnce_AllSucceedOnOneSchema()
    {
        var stores = Enumerable.Range(0, 6).Select(_ => new SqliteLedgerStore(Database(Migration.All[0], Second))).ToList();

        await Task.WhenAll(stores.Select(store => Task.Run(() => store.OpenAsync(CancellationToken.None))));

        using var raw = OpenRaw();
        Assert.Equal(2, raw.ExecuteScalar<int>("SELECT COUNT(*) FROM schema_migrations"));
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Open_NewerSchema_RefusesAndNamesBothVersions()
    {
        await using (var newer = new SqliteLedgerStore(Database(Migration.All[0], Second)))
        {
            await newer.OpenAsync(CancellationToken.None);
        }

        await using var older = new SqliteLedgerStore(Database(Migration.All[0]));
        var failure = await Assert.ThrowsAsync<StorageException>(() => older.OpenAsync(CancellationToken.None));

        Assert.Contains("schema version 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("up to 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_StepThatFails_LeavesTheVersionBeforeIt()
    {
        var broken = new Migration(2, "broken", "ALTER TABLE ledger ADD COLUMN half TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;");
        await using (var store = new SqliteLedgerStore(Database(Migration.All[0], broken)))
        {
            await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(CancellationToken.None));
        }

        await using var mended = new SqliteLedgerStore(Database(Migration.All[0]));
        await mended.AppendAsync([Row()], CancellationToken.None);

        using var raw = OpenRaw();
        Assert.Equal(1, raw.ExecuteScalar<int>("SELECT MAX(version) FROM schema_migrations"));
        Assert.Equal(0, raw.ExecuteScalar<int>("SELECT COUNT(*) FROM pragma_table_info('ledger') WHERE name = 'half'"));
    }

    [Fact]
    public async Task Open_SomebodyElsesDatabase_IsLeftAlone()
    {
        using (var raw = OpenRaw())
        {
            raw.Execute("CREATE TABLE theirs (x TEXT)");
        }

        await using var store = new SqliteLedgerStore(_folder.Database);
        var failure = await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(CancellationToken.None));

        Assert.Contains("not Conductor's", failure.Message, StringComparison.Ordinal);
        using var after = OpenRaw();
        Assert.Equal(1, after.ExecuteScalar<int>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"));
    }

    private SqliteDatabase Database(params Migration[] migrations) => new(_folder.Database, migrations, TimeProvider.System);

    private SqliteConnection OpenRaw()
    {
        var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        return connection;
    }
}
