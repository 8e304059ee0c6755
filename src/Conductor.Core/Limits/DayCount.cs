namespace Conductor.Limits;

/// <summary>What was taken on the present day of UTC. Not thread-safe: the store locks.</summary>
internal sealed class DayCount
{
    private DateTime _day = DateTime.MinValue;
    private long _since;

    public long Sum { get; private set; }

    /// <summary>Begins a new day when it has come. Forwards only: a clock that is set back must not make what was used undone.</summary>
    /// <param name="utcNow">The time.</param>
    /// <param name="mark">The store's mark of it.</param>
    /// <param name="before">What was used on that day before anything is counted here.</param>
    public void Roll(DateTimeOffset utcNow, long mark, Func<DateTime, long> before)
    {
        var day = utcNow.UtcDateTime.Date;
        if (day > _day)
        {
            (_day, _since, Sum) = (day, mark, before(day));
        }
    }

    public void Add(long amount) => Sum += amount;

    /// <summary>Gives back what was taken then; what was taken on an earlier day stays its own.</summary>
    public void Remove(long amount, long at)
    {
        if (at >= _since)
        {
            Sum = Math.Max(0, Sum - amount);
        }
    }

    public TimeSpan UntilTomorrow(DateTimeOffset utcNow)
    {
        var left = _day.AddDays(1) - utcNow.UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
    }
}
