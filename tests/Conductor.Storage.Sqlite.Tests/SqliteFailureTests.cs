using System.Diagnostics;
using Conductor.Storage.Slots;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using static Conductor.Storage.Sqlite.Tests.LedgerRows;

namespace Conductor.Storage.Sqlite.Tests;

public sealed class SqliteFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_LockedByAnotherConnection_FailsSoonAndWorksAfterwards()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.OpenAsync(CancellationToken.None);
        using var other = OpenRaw();
        other.Execute("BEGIN EXCLUSIVE");
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync([Row()], CancellationToken.None));

        Assert.Contains("locked by another process", failure.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
        other.Execute("ROLLBACK");
        await store.AppendAsync([Row()], CancellationToken.None);
        Assert.Equal(1, (await store.TotalsAsync(CancellationToken.None)).Attempts);
    }

    [Fact]
    public async Task Writer_LockedForAWhile_EveryRowIsInAfterwards()
    {
        await using var store = new SqliteLedgerStore(_folder.Database);
        await store.OpenAsync(CancellationToken.None);
        using var other = OpenRaw();
        other.Execute("BEGIN EXCLUSIVE");
        var writer = new LedgerWriter(store, TimeProvider.System, NullLogger<LedgerWriter>.Instance);

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
        {
            writer.Append(Row($"req_{i}"));
        }

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(500)); // the caller never waits for the lock
        await Assert.ThrowsAsync<TimeoutException>(() => writer.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(100, writer.Unsaved);
        other.Execute("ROLLBACK");
        await writer.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        await writer.DisposeAsync();

        Assert.Equal(100, (await store.TotalsAsync(CancellationToken.None)).Attempts);
    }

    [Fact]
    public async Task Append_DiskFull_WritesNoRowOfTheBatchAndGoesOnWhenThereIsRoom()
    {
        var maxPages = 40;
        await using var store = new SqliteLedgerStore(new SqliteDatabase(_folder.Database, Migration.All, TimeProvider.System,
            connection => connection.Execute($"PRAGMA max_page_count = {maxPages}")));
        await store.AppendAsync([Row("req_first")], CancellationToken.None);
        LedgerRow[] batch = [.. Enumerable.Range(0, 2_000).Select(i => Row($"req_{i}"))];

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync(batch, CancellationToken.None));

        Assert.Contains("disk is full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await store.TotalsAsync(CancellationToken.None)).Attempts);
        maxPages = 100_000;
        await store.AppendAsync(batch, CancellationToken.None);
        Assert.Equal(2_001, (await store.TotalsAsync(CancellationToken.None)).Attempts);
        using var raw = OpenRaw();
        Assert.Equal("ok", raw.ExecuteScalar<string>("PRAGMA integrity_check"));
    }

    [SkippableFact]
    public async Task Writer_DiskReallyFull_KeepsEveryRowAndGoesOnWhenThereIsRoom()
    {
        // A small disk of memory: unlike a bound on pages it also fails inside COMMIT, where SQLite copies the log into the file.
        Skip.IfNot(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", _folder.Path), "Mounting needs root.");
        try
        {
            var ballast = Path.Combine(_folder.Path, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[3 * 1024 * 1024]);
            await using var store = new SqliteLedgerStore(_folder.Database);
            await using var writer = new LedgerWriter(store, TimeProvider.System, NullLogger<LedgerWriter>.Instance, options: new LedgerWriterOptions { Capacity = 1_000 });
            var appended = 0;
            while (!(writer.IsFull && writer.Problem is not null) && appended < 100_000)
            {
                for (var i = 0; i < 100; i++)
                {
                    writer.Append(Row($"req_{appended++}"));
                }

                await Task.WhenAny(writer.FlushAsync(CancellationToken.None), Task.Delay(TimeSpan.FromMilliseconds(50)));
            }

            Assert.True(writer.IsFull);
            Assert.Matches("disk is full|disk failed", writer.Problem);
            File.Delete(ballast);
            await writer.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

            Assert.False(writer.IsFull);
            Assert.Equal(appended, (await store.TotalsAsync(CancellationToken.None)).Attempts);
            using var raw = OpenRaw();
            Assert.Equal("ok", raw.ExecuteScalar<string>("PRAGMA integrity_check"));
        }
        finally
        {
            Run("umount", "-l", _folder.Path);
        }
    }

    [Fact]
    public async Task Open_KilledInAMigration_TakesTheStepBackAndDoesItAgain()
    {
        await using (var old = new SqliteLedgerStore(new SqliteDatabase(_folder.Database, [.. Migration.All.Take(2)], TimeProvider.System)))
        {
            await old.OpenAsync(CancellationToken.None);
        }

        using var left = new TempFolder();
        using (var dying = OpenRaw())
        {
            // A cache of one page: what the step has written until then stands in the log on the disk, without its commit. The files as they are now are what a kill leaves.
            dying.Execute("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE");
            dying.Execute(Migration.All[2].Sql);
            foreach (var file in Directory.GetFiles(_folder.Path).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            {
                await using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                await using var to = File.Create(Path.Combine(left.Path, Path.GetFileName(file)));
                await from.CopyToAsync(to);
            }
        }

        await using var store = new SqliteLedgerStore(left.Database);
        await store.AppendAsync([Row()], CancellationToken.None);

        Assert.Equal(Row(), Assert.Single(await store.FindAsync("default", "req_1", CancellationToken.None)));
        using var raw = new SqliteConnection($"Data Source={left.Database};Pooling=False");
        Assert.Equal(Migration.All.Select(migration => migration.Version), raw.Query<int>("SELECT version FROM schema_migrations ORDER BY version"));
        Assert.Empty(await store.IntegrityAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Integrity_DamagedPage_IsTold()
    {
        await using (var store = new SqliteLedgerStore(_folder.Database))
        {
            await store.AppendAsync([.. Enumerable.Range(0, 2_000).Select(i => Row($"req_{i}"))], CancellationToken.None);
            Assert.Empty(await store.IntegrityAsync(CancellationToken.None));
        }

        using (var raw = OpenRaw())
        {
            // An index that lacks a row: every page is whole, and the two do not agree.
            raw.Execute("PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'CREATE INDEX ledger_request ON ledger (tenant_id)' WHERE name = 'ledger_request'");
        }

        await using var damaged = new SqliteLedgerStore(_folder.Database);
        try
        {
            Assert.NotEmpty(await damaged.IntegrityAsync(CancellationToken.None));
        }
        catch (StorageException failure)
        {
            Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal); // the look at the start has found it already
        }
    }

    [SkippableFact]
    public void Places_DiskFull_AreRefusedAtTheStartAndNotInsideACall()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _folder.Path), "Mounting needs root.");
        try
        {
            using var places = new SlotReservationStore(Path.Combine(_folder.Path, "reservations"), 8_192, NullLogger<SlotReservationStore>.Instance);

            var refused = Assert.Throws<StorageException>(() => places.Open(isAlone: true));

            Assert.Contains("cannot be used", refused.Message, StringComparison.Ordinal);
            using var fewer = new SlotReservationStore(Path.Combine(_folder.Path, "others"), 64, NullLogger<SlotReservationStore>.Instance);
            File.Delete(Path.Combine(_folder.Path, "reservations", "server.slots"));
            Assert.Empty(fewer.Open(isAlone: true));
        }
        finally
        {
            Run("umount", "-l", _folder.Path);
        }
    }

    [Fact]
    public async Task Append_ReadOnly_SaysSo()
    {
        await using (var writable = new SqliteLedgerStore(_folder.Database))
        {
            await writable.OpenAsync(CancellationToken.None);
        }

        await using var readOnly = new SqliteLedgerStore(new SqliteDatabase(_folder.Database, Migration.All, TimeProvider.System,
            connection => connection.Execute("PRAGMA query_only = 1")));

        var failure = await Assert.ThrowsAsync<StorageException>(() => readOnly.AppendAsync([Row()], CancellationToken.None));

        Assert.Contains("read-only", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NotADatabase_SaysSo()
    {
        await File.WriteAllTextAsync(_folder.Database, new string('x', 8_192));
        await using var store = new SqliteLedgerStore(_folder.Database);

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(CancellationToken.None));

        Assert.Contains("is not an SQLite database", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Database, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DamagedPage_RefusesBeforeTheFirstRow()
    {
        await using (var store = new SqliteLedgerStore(_folder.Database))
        {
            await store.AppendAsync([.. Enumerable.Range(0, 2_000).Select(i => Row($"req_{i}"))], CancellationToken.None);
        }

        await using (var file = new FileStream(_folder.Database, FileMode.Open, FileAccess.Write))
        {
            file.Position = 4096 * 10; // past the schema, inside the table
            file.Write(Enumerable.Repeat((byte)0xA5, 4096 * 4).ToArray());
        }

        await using var damaged = new SqliteLedgerStore(_folder.Database);
        var failure = await Assert.ThrowsAsync<StorageException>(() => damaged.OpenAsync(CancellationToken.None));

        Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FolderCannotBeMade_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "file"), "");
        await using var store = new SqliteLedgerStore(Path.Combine(_folder.Path, "file", "conductor.db"));

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(CancellationToken.None));

        Assert.Contains("cannot be made", failure.Message, StringComparison.Ordinal);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            return process.WaitForExit(TimeSpan.FromSeconds(5)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program here
        }
    }

    private SqliteConnection OpenRaw()
    {
        var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        return connection;
    }
}
