namespace Conductor.Storage;

/// <summary>Places of a process that has no storage: they are counted, and gone with it.</summary>
/// <param name="capacity">How many.</param>
public sealed class InMemoryReservationStore(int capacity = ReservationPlaces.Default) : IReservationStore
{
    private readonly ReservationPlaces _places = new(capacity);

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public int Capacity => _places.Capacity;

    /// <inheritdoc/>
    public int InUse => _places.InUse;

    /// <inheritdoc/>
    public bool TryReserve(LedgerRow row, out ReservationTicket ticket)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _places.TryTake(out ticket);
    }

    /// <inheritdoc/>
    public void Settle(ReservationTicket ticket, LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _places.Check(ticket);
    }

    /// <inheritdoc/>
    public void Release(ReservationTicket ticket) => _places.GiveBack(ticket);

    /// <inheritdoc/>
    public IReadOnlyList<LeftReservation> Open(bool isAlone) => [];
}
