namespace Conductor.Storage;

/// <summary>A ledger that can commit an attempt before it is made, for `storage.durability: full`. What is reserved goes with the commit of the attempt's row.</summary>
public interface ILedgerReserves
{
    /// <summary>Commits reservations in one transaction.</summary>
    /// <exception cref="StorageException">The store is full, locked or damaged; none of them was written.</exception>
    Task ReserveAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken);

    /// <summary>Reservations whose row is not there, as they are booked where their process has ended: interrupted.</summary>
    Task<IReadOnlyList<LedgerRow>> ReservedAsync(CancellationToken cancellationToken);
}
