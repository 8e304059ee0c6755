using Conductor.Money;
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
            await old.OpenAsync(CancellationToken.None);
        }

        using var raw = OpenRaw();
        raw.Execute("""
            INSERT INTO ledger (request_id, attempt, tenant_id, key_id, operation, provider, model, upstream_request_id, started_at_us, duration_us, status, error_code,
                input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, usage_estimated, usage_suspect,
                cost_nano_usd, cost_nano_usd_upper, cost_status, price_version, call_id)
            VALUES ('req_1', 1, 'default', NULL, 'chat', 'openai', 'gpt-4o-mini', NULL, 1, 2, 'succeeded', NULL, 10, 1, 2, 20, 3, 0, 0, 500, 0, 'settled', 'v1', 'call_1')
            """);
        await using var store = new SqliteLedgerStore(Database([.. Migration.All]));

        var row = Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None));
        Assert.Equal(new TokenUsage { InputTokens = 10, CachedInputTokens = 1, CacheWriteTokens = 2, OutputTokens = 20, ReasoningTokens = 3 }, row.Usage);
        Assert.Equal((new NanoUsd(500), null), (row.Cost, row.Reserved));
        Assert.Equal(new LedgerTotals(1, 1, 30, new NanoUsd(500)), await store.TotalsAsync(CancellationToken.None));
        Assert.Equal(Migration.All.Select(migration => migration.Version), raw.Query<int>("SELECT version FROM schema_migrations ORDER BY version"));
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
        var broken = new Migration(Migration.All.Count + 1, "broken", "ALTER TABLE ledger ADD COLUMN half TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;");
        await using (var store = new SqliteLedgerStore(Database([.. Migration.All, broken])))
        {
            await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(CancellationToken.None));
        }

        await using var mended = new SqliteLedgerStore(Database([.. Migration.All]));
        await mended.AppendAsync([Row()], CancellationToken.None);

        using var raw = OpenRaw();
        Assert.Equal(Migration.All.Count, raw.ExecuteScalar<int>("SELECT MAX(version) FROM schema_migrations"));
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
