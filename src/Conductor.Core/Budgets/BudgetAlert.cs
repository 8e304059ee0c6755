using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Budgets;

/// <summary>Somebody should know how much of a budget is spent.</summary>
/// <param name="Scope">Whose.</param>
/// <param name="Budget">Which.</param>
/// <param name="Percent">The height that was reached: the budget's own, or 100.</param>
/// <param name="Spent">What is spent of it.</param>
/// <param name="At">When.</param>
/// <param name="ResetsAt">When it begins anew.</param>
public sealed record BudgetAlert(BudgetScope Scope, BudgetSettings Budget, decimal Percent, NanoUsd Spent, DateTimeOffset At, DateTimeOffset ResetsAt);

/// <summary>Is told once for each height that a budget reaches in its period, and once more after a restart.</summary>
public interface IBudgetAlertSink
{
    /// <summary>Takes an alert. It must come back at once: the caller's answer waits for it.</summary>
    void Tell(BudgetAlert alert);
}
