using Dapper;

namespace Conductor.Storage.Sqlite;

/// <content>What the file itself is held against.</content>
public sealed partial class SqliteLedgerStore
{
    /// <summary>Looks at every page and index of the file, with SQLite's own check. Takes about a second for 100 MB.</summary>
    /// <returns>What is wrong; empty where nothing is.</returns>
    /// <exception cref="StorageException">The file cannot be opened at all.</exception>
    public async Task<IReadOnlyList<string>> IntegrityAsync(CancellationToken cancellationToken)
    {
        var said = await ReadAsync(connection => connection.QueryAsync<string>(new CommandDefinition("PRAGMA integrity_check(20)", cancellationToken: cancellationToken))).ConfigureAwait(false);
        return [.. said.Where(line => line != "ok")];
    }

    /// <summary>How many attempts have more than one row.</summary>
    public Task<long> DuplicatesAsync(CancellationToken cancellationToken) => ReadAsync(connection => connection.ExecuteScalarAsync<long>(new CommandDefinition(
        "SELECT COUNT(*) FROM (SELECT 1 FROM ledger GROUP BY call_id, attempt HAVING COUNT(*) > 1)", cancellationToken: cancellationToken)));

    /// <summary>Everything that was summed up and is no single row any more.</summary>
    public async Task<LedgerTotals> SummedAsync(CancellationToken cancellationToken)
    {
        var sums = await ReadAsync(connection => connection.QuerySingleAsync<Sums>(new CommandDefinition(
            Totals, new { withRows = false }, cancellationToken: cancellationToken))).ConfigureAwait(false);
        return sums.ToTotals();
    }
}
