namespace Conductor.Storage;

/// <summary>
/// Holds a place for every attempt from before its target is asked until its row is in the ledger, so that no attempt goes unbooked: not for want of room,
/// and, where <see cref="IsDurable"/>, not through the sudden end of the process. Thread-safe.
/// </summary>
public interface IReservationStore
{
    /// <summary>Whether what is in it survives the process.</summary>
    bool IsDurable { get; }

    /// <summary>Places in all.</summary>
    int Capacity { get; }

    /// <summary>Places that are taken: attempts that run, and rows that are not yet in the ledger.</summary>
    int InUse { get; }

    /// <summary>Takes a place for an attempt that is about to begin.</summary>
    /// <param name="row">What is booked should the process end before the attempt does: the reserved usage and cost.</param>
    /// <param name="ticket">The place.</param>
    /// <returns>False where all places are taken: the attempt must not be made.</returns>
    /// <exception cref="StorageException">The places cannot be used at all; the message says why and what to do.</exception>
    bool TryReserve(LedgerRow row, out ReservationTicket ticket);

    /// <summary>Notes what the attempt came to. From here on this, and not the reservation, is what is booked. The identity of the row stays that of the reservation.</summary>
    /// <exception cref="ArgumentException">The ticket is of no place that is taken.</exception>
    void Settle(ReservationTicket ticket, LedgerRow row);

    /// <summary>Gives a place back, once the row is in the ledger or the attempt was not made after all.</summary>
    /// <exception cref="ArgumentException">The ticket is of no place that is taken.</exception>
    void Release(ReservationTicket ticket);

    /// <summary>What processes that ended left behind, each once; the places stay taken until they are released.</summary>
    /// <param name="isAlone">Whether this process wants the store for itself until it ends; else it shares it with others of its kind.</param>
    /// <exception cref="StorageException">The places cannot be used; another process may have them.</exception>
    IReadOnlyList<LeftReservation> Open(bool isAlone);
}

/// <summary>A place of a reservation store; <see langword="default"/> is none.</summary>
/// <param name="Value">The store's own; 0 = none.</param>
public readonly record struct ReservationTicket(long Value)
{
    /// <summary>Whether there is no place behind it.</summary>
    public bool IsNone => Value == 0;
}

/// <summary>An attempt of a process that has ended.</summary>
/// <param name="Row">As it is booked: exactly what it came to where that was noted, else interrupted, at what was reserved.</param>
/// <param name="Ticket">Its place.</param>
public sealed record LeftReservation(LedgerRow Row, ReservationTicket Ticket);
