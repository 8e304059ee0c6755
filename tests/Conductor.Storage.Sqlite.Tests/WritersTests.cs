using Dapper;

namespace Conductor.Storage.Sqlite.Tests;

/// <summary>Several stores of one process write to one file.</summary>
public sealed class WritersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_WhileAnotherStoreOfTheProcessWrites_WaitsForItsTurn()
    {
        // Whoever finds the file locked is told at once.
        SqliteDatabase Database() => new(_folder.Database, Migration.All, TimeProvider.System, connection => connection.Execute("PRAGMA busy_timeout = 0"));
        await using var ledger = new SqliteLedgerStore(Database());
        await using var other = new GroupWriter(Database());
        await ledger.OpenAsync(CancellationToken.None);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var writing = Task.Run(() => other.WriteAsync(
            connection =>
            {
                begun.Set();
                goOn.Wait(TimeSpan.FromSeconds(30));
                return connection.ExecuteScalar<int>("SELECT 1");
            },
            CancellationToken.None));
        begun.Wait(TimeSpan.FromSeconds(30));

        var append = ledger.AppendAsync([LedgerRows.Row("req_1")], CancellationToken.None);
        goOn.Set();

        await append;
        Assert.Equal(1, await writing);
    }
}
