namespace Conductor.Storage;

/// <summary>
/// Which places are free. The one given back last is taken first, so that few of them are in the processor's caches and in memory. A ticket names its place and
/// how often that was taken, so that one from before does not fit.
/// </summary>
internal sealed class ReservationPlaces
{
    /// <summary>Places where nobody says how many.</summary>
    public const int Default = 8_192;

    private readonly Lock _gate = new();
    private readonly int[] _free;
    private readonly int[] _turns; // odd while taken
    private int _count;

    public ReservationPlaces(int capacity, IReadOnlySet<int>? taken = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        _free = new int[capacity];
        _turns = new int[capacity];
        for (var place = capacity - 1; place >= 0; place--)
        {
            if (taken?.Contains(place) ?? false)
            {
                _turns[place] = 1;
            }
            else
            {
                _free[_count++] = place;
            }
        }
    }

    public int Capacity { get; }

    public int InUse => Capacity - Volatile.Read(ref _count);

    public bool TryTake(out ReservationTicket ticket)
    {
        lock (_gate)
        {
            if (_count == 0)
            {
                ticket = default;
                return false;
            }

            var place = _free[--_count];
            ticket = Ticket(place, ++_turns[place]);
            return true;
        }
    }

    /// <summary>The ticket of a place that was taken from the beginning.</summary>
    public static ReservationTicket TicketOfLeft(int place) => Ticket(place, 1);

    /// <summary>The place behind a ticket.</summary>
    /// <exception cref="ArgumentException">It is not taken, or by somebody else since.</exception>
    public int Check(ReservationTicket ticket)
    {
        var (place, turn) = ((int)(ticket.Value >> 32), (int)ticket.Value);
        return (uint)place < (uint)Capacity && turn != 0 && Volatile.Read(ref _turns[place]) == turn
            ? place
            : throw new ArgumentException("No place is taken by this ticket.", nameof(ticket));
    }

    public void GiveBack(ReservationTicket ticket)
    {
        lock (_gate)
        {
            var place = Check(ticket);
            _turns[place]++;
            _free[_count++] = place;
        }
    }

    private static ReservationTicket Ticket(int place, int turn) => new(((long)place << 32) | (uint)turn);
}
