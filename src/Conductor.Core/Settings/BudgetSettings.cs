using Conductor.Money;

namespace Conductor.Settings;

/// <summary>One entry of a `budget:`: what may be spent, in which time.</summary>
public sealed record BudgetSettings
{
    /// <summary>The amount; more than zero.</summary>
    public required NanoUsd Limit { get; init; }

    /// <summary>The time that it is for. Days, weeks (from Monday) and months begin at midnight UTC.</summary>
    public BudgetPeriod Per { get; init; } = BudgetPeriod.Month;

    /// <summary>Whether calls are refused beyond it, or only told of.</summary>
    public BudgetMode Mode { get; init; } = BudgetMode.Hard;

    /// <summary>How much of it is spent when somebody is told, in percent; more than 0, at most 100.</summary>
    public decimal AlertPercent { get; init; } = 80;
}

/// <summary>What a budget is for.</summary>
public enum BudgetPeriod
{
    /// <summary>One request: what it may cost at most.</summary>
    Request,

    /// <summary>A day of UTC.</summary>
    Day,

    /// <summary>A week from Monday, 00:00 UTC.</summary>
    Week,

    /// <summary>A month of UTC.</summary>
    Month,
}

/// <summary>What happens beyond a budget.</summary>
public enum BudgetMode
{
    /// <summary>A call that might go beyond it is refused before it is made.</summary>
    Hard,

    /// <summary>Calls go on; somebody is told.</summary>
    Soft,
}
