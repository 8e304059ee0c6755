namespace Conductor.Limits;

/// <summary>
/// What was taken within the last window, to the tick: nothing is rounded, and no span as long as the window ever holds more than was allowed. Not thread-safe: the store locks.
/// </summary>
/// <remarks>
/// A log of amounts and their times. What comes within a 256th of the window of another is kept with it and runs out with the later one: so the log has at most 257 entries
/// however many calls there are, and allows at most 0.4 % less than the limit, never more (docs/decisions/0012).
/// </remarks>
/// <param name="window">The window, in ticks.</param>
internal sealed class SlidingCount(long window)
{
    private const int Grains = 256;

    private readonly long _grain = Math.Max(1, window / Grains);
    private Entry[] _entries = new Entry[4]; // a ring, its length a power of two
    private int _first;
    private int _count;

    /// <summary>What is in the window; may be above the limit, where a call used more than it had taken.</summary>
    public long Sum { get; private set; }

    /// <summary>Lets go what has run out.</summary>
    public void Expire(long now)
    {
        while (_count > 0 && At(0).Last + window <= now)
        {
            Sum -= At(0).Amount;
            _first = (_first + 1) & (_entries.Length - 1);
            _count--;
        }
    }

    public void Add(long amount, long now)
    {
        Sum += amount;
        if (_count > 0 && now - At(_count - 1).First < _grain)
        {
            ref var newest = ref At(_count - 1);
            newest.Last = Math.Max(newest.Last, now);
            newest.Amount += amount;
            return;
        }

        if (_count == _entries.Length)
        {
            var longer = new Entry[_count * 2];
            for (var i = 0; i < _count; i++)
            {
                longer[i] = At(i);
            }

            (_entries, _first) = (longer, 0);
        }

        _count++;
        At(_count - 1) = new Entry { First = now, Last = now, Amount = amount };
    }

    /// <summary>Gives back what was taken then, as far as it is still in the window.</summary>
    public void Remove(long amount, long at)
    {
        var (low, high) = (0, _count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            ref var entry = ref At(middle);
            if (at > entry.Last)
            {
                low = middle + 1;
            }
            else if (at < entry.First)
            {
                high = middle - 1;
            }
            else
            {
                var back = Math.Min(amount, entry.Amount);
                entry.Amount -= back;
                Sum -= back;
                return;
            }
        }
    }

    /// <summary>Ticks until so much has run out; zero where that is nothing.</summary>
    public long UntilFree(long amount, long now)
    {
        for (var i = 0; amount > 0 && i < _count; i++)
        {
            amount -= At(i).Amount;
            if (amount <= 0)
            {
                return At(i).Last + window - now;
            }
        }

        return 0;
    }

    private ref Entry At(int index) => ref _entries[(_first + index) & (_entries.Length - 1)];

    private struct Entry
    {
        public long First;
        public long Last;
        public long Amount;
    }
}
