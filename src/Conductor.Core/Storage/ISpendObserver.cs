namespace Conductor.Storage;

/// <summary>Counts spending as it is booked. Registered ones are told of every row, in the order of their registration.</summary>
public interface ISpendObserver
{
    /// <summary>An attempt has ended and its row was handed to the ledger; once per row, from any thread, before a stream's last byte goes out.</summary>
    /// <param name="row">The row. <see cref="LedgerRow.Cost"/> is null where the price is unknown; <see cref="LedgerRow.Reserved"/> is what had been set aside.</param>
    /// <remarks>It must come back at once: the caller's answer waits for it.</remarks>
    void Settled(LedgerRow row);
}
