namespace Conductor.Storage.Sqlite;

/// <summary>Holds a whole ledger against what must be true of it.</summary>
public static class LedgerVerification
{
    /// <summary>Reads every row, the sums, the uniqueness of attempts and the file itself; what is wrong goes into the audit.</summary>
    /// <param name="store">The ledger.</param>
    /// <param name="audit">Takes every row, and what is found.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StorageException">The ledger cannot be read.</exception>
    public static async Task RunAsync(SqliteLedgerStore store, LedgerAudit audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(audit);
        foreach (var problem in await store.IntegrityAsync(cancellationToken).ConfigureAwait(false))
        {
            audit.Tell($"the file is damaged: {problem}");
        }

        await foreach (var row in store.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            audit.Add(row);
        }

        if (await store.DuplicatesAsync(cancellationToken).ConfigureAwait(false) is > 0 and var twice)
        {
            audit.Tell($"{twice} attempts have more than one row");
        }

        // Twice the same sum by two ways; rows that came meanwhile are in the second only.
        var (rows, cost) = (audit.Rows, audit.Cost);
        var summed = await store.SummedAsync(cancellationToken).ConfigureAwait(false);
        var totals = await store.TotalsAsync(cancellationToken).ConfigureAwait(false);
        if (totals.Attempts == summed.Attempts + rows && totals.Cost != summed.Cost + cost)
        {
            audit.Tell($"the ledger's total is {totals.Cost} USD, and its rows and sums of days come to {summed.Cost + cost} USD");
        }
    }
}
