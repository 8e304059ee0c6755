namespace Conductor.Limits;

/// <summary>Limits of one process. Minutes go by a clock that is never set, days by UTC; what the day has used before the process began is asked of the ledger.</summary>
/// <param name="time">The clock.</param>
/// <param name="before">What the day has used already; null: nothing.</param>
internal sealed class InMemoryRateLimitStore(TimeProvider time, TokensBefore? before = null) : IRateLimitStore
{
    // Beyond this many, those that hold nothing are dropped now and then.
    private const int Many = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SlidingCount> _minutes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DayCount> _days = new(StringComparer.Ordinal);
    private readonly long _start = time.GetTimestamp();
    private long _swept;

    /// <summary>How many limits something is kept of.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _minutes.Count + _days.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitVerdict> TakeAsync(ReadOnlyMemory<RateLimitDemand> demands, CancellationToken cancellationToken) => AskAsync(demands, isTaking: true, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RateLimitVerdict> LookAsync(ReadOnlyMemory<RateLimitDemand> demands, CancellationToken cancellationToken) => AskAsync(demands, isTaking: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CorrectAsync(ReadOnlyMemory<RateLimitDemand> demands, long at, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = Now();
            foreach (var (limit, amount) in demands.Span)
            {
                if (limit.Period == RateLimitPeriod.Day)
                {
                    Correct(DayOf(limit, now), amount, at);
                }
                else
                {
                    Correct(MinuteOf(limit, now), amount, at, now);
                }
            }
        }

        return default;
    }

    private ValueTask<RateLimitVerdict> AskAsync(ReadOnlyMemory<RateLimitDemand> demands, bool isTaking, CancellationToken cancellationToken)
    {
        return before is { IsKnown: false } && HasDay(demands.Span)
            ? AskLaterAsync(before, demands, isTaking, cancellationToken)
            : new ValueTask<RateLimitVerdict>(Ask(demands.Span, isTaking));
    }

    private async ValueTask<RateLimitVerdict> AskLaterAsync(TokensBefore past, ReadOnlyMemory<RateLimitDemand> demands, bool isTaking, CancellationToken cancellationToken)
    {
        await past.LoadAsync(cancellationToken).ConfigureAwait(false);
        return Ask(demands.Span, isTaking);
    }

    private RateLimitVerdict Ask(ReadOnlySpan<RateLimitDemand> demands, bool isTaking)
    {
        var states = new RateLimitState[demands.Length];
        lock (_gate)
        {
            var now = Now();
            var fits = true;
            for (var i = 0; i < demands.Length; i++)
            {
                states[i] = StateOf(demands[i], now);
                fits &= states[i].Wait == TimeSpan.Zero;
            }

            if (!fits || !isTaking)
            {
                return new RateLimitVerdict(IsTaken: false, now, states);
            }

            for (var i = 0; i < demands.Length; i++)
            {
                if (demands[i].Amount > 0)
                {
                    states[i] = Take(demands[i], states[i], now);
                }
            }

            Sweep(now);
            return new RateLimitVerdict(IsTaken: true, now, states);
        }
    }

    private RateLimitState StateOf(RateLimitDemand demand, long now)
    {
        var limit = demand.Limit;
        if (limit.Period == RateLimitPeriod.Day)
        {
            var day = DayOf(limit, now);
            var untilTomorrow = day.UntilTomorrow(time.GetUtcNow());
            return State(demand, day.Sum, day.Sum > 0 ? untilTomorrow : TimeSpan.Zero, untilTomorrow);
        }

        var minute = MinuteOf(limit, now);
        var missing = minute.Sum + demand.Amount - limit.Most;
        return State(demand, minute.Sum, new TimeSpan(minute.UntilFree(minute.Sum, now)), missing > 0 ? new TimeSpan(Math.Max(1, minute.UntilFree(missing, now))) : TimeSpan.Zero);
    }

    private static RateLimitState State(RateLimitDemand demand, long used, TimeSpan reset, TimeSpan wait)
    {
        var left = Math.Max(0, demand.Limit.Most - used);
        return new RateLimitState(
            demand.Limit, left, reset, demand.Amount <= left ? TimeSpan.Zero : demand.Amount > demand.Limit.Most ? RateLimitState.Never : wait);
    }

    private RateLimitState Take(RateLimitDemand demand, RateLimitState before, long now)
    {
        var remaining = before.Remaining - demand.Amount;
        if (demand.Limit.Period == RateLimitPeriod.Day)
        {
            var day = DayOf(demand.Limit, now);
            day.Add(demand.Amount);
            return before with { Remaining = remaining, Reset = day.UntilTomorrow(time.GetUtcNow()) };
        }

        MinuteOf(demand.Limit, now).Add(demand.Amount, now);
        return before with { Remaining = remaining, Reset = Minute };
    }

    private static TimeSpan Minute => TimeSpan.FromMinutes(1);

    private static void Correct(DayCount day, long amount, long at)
    {
        if (amount < 0)
        {
            day.Remove(-amount, at);
        }
        else
        {
            day.Add(amount);
        }
    }

    private static void Correct(SlidingCount minute, long amount, long at, long now)
    {
        if (amount < 0)
        {
            minute.Remove(-amount, at);
        }
        else if (amount > 0)
        {
            minute.Add(amount, now);
        }
    }

    private SlidingCount MinuteOf(RateLimit limit, long now)
    {
        if (!_minutes.TryGetValue(limit.Id, out var minute))
        {
            _minutes.Add(limit.Id, minute = new SlidingCount(Minute.Ticks));
        }

        minute.Expire(now);
        return minute;
    }

    private DayCount DayOf(RateLimit limit, long now)
    {
        if (!_days.TryGetValue(limit.Id, out var day))
        {
            _days.Add(limit.Id, day = new DayCount());
        }

        day.Roll(time.GetUtcNow(), now, date => before?.Of(limit.Scope, date) ?? 0);
        return day;
    }

    private void Sweep(long now)
    {
        if (_minutes.Count < Many || now - _swept < Minute.Ticks)
        {
            return;
        }

        _swept = now;
        foreach (var (id, minute) in _minutes)
        {
            minute.Expire(now);
            if (minute.Sum == 0)
            {
                _minutes.Remove(id); // allowed while it is walked through
            }
        }
    }

    private long Now() => time.GetElapsedTime(_start).Ticks;

    private static bool HasDay(ReadOnlySpan<RateLimitDemand> demands)
    {
        foreach (var demand in demands)
        {
            if (demand.Limit.Period == RateLimitPeriod.Day)
            {
                return true;
            }
        }

        return false;
    }
}
