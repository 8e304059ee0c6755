using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Budgets;

/// <summary>
/// What one scope has spent in the periods that run now, and what its open calls may yet spend. Not thread-safe: the book locks.
/// </summary>
/// <remarks>
/// What is held belongs to no period: a call that began before midnight may spend after it, so it counts until it has ended. That way the sum of
/// what is spent and held is never below what the period will have cost.
/// </remarks>
internal sealed class BudgetAccount
{
    private readonly Period _day = new(BudgetPeriod.Day);
    private readonly Period _week = new(BudgetPeriod.Week);
    private readonly Period _month = new(BudgetPeriod.Month);

    /// <summary>What the open calls may yet spend.</summary>
    public NanoUsd Held { get; set; }

    public NanoUsd Spent(BudgetPeriod period, DateTimeOffset now)
    {
        var of = Of(period);
        of.Roll(now);
        return of.Spent;
    }

    /// <summary>Counts spending in every period that holds <paramref name="at"/>; what is over counts nowhere.</summary>
    public void Add(NanoUsd amount, DateTimeOffset at, DateTimeOffset now)
    {
        _day.Add(amount, at, now);
        _week.Add(amount, at, now);
        _month.Add(amount, at, now);
    }

    /// <summary>True once for each height of each period: <paramref name="percent"/> of a budget is reached, and nobody has been told of it.</summary>
    public bool Reaches(BudgetSettings budget, decimal percent, DateTimeOffset now)
    {
        var of = Of(budget.Per);
        of.Roll(now);
        return of.Spent.Value * 10_000 >= budget.Limit.Value * (Int128)(percent * 100) && of.Told.Add((budget.Limit, percent));
    }

    private Period Of(BudgetPeriod period) => period switch
    {
        BudgetPeriod.Week => _week,
        BudgetPeriod.Month => _month,
        _ => _day,
    };

    private sealed class Period(BudgetPeriod kind)
    {
        private DateTimeOffset _start = DateTimeOffset.MinValue;
        private DateTimeOffset _end = DateTimeOffset.MinValue;

        public NanoUsd Spent { get; private set; }

        public HashSet<(NanoUsd Limit, decimal Percent)> Told { get; } = [];

        // Forwards only: a clock that is set back must not make what was spent undone.
        public void Roll(DateTimeOffset now)
        {
            if (now < _end)
            {
                return;
            }

            (_start, _end) = (BudgetWindow.Start(kind, now), BudgetWindow.End(kind, now));
            Spent = NanoUsd.Zero;
            Told.Clear();
        }

        public void Add(NanoUsd amount, DateTimeOffset at, DateTimeOffset now)
        {
            Roll(now > at ? now : at);
            if (at >= _start)
            {
                Spent += amount;
            }
        }
    }
}
