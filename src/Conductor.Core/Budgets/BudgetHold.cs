using Conductor.Money;
using Conductor.Routing;
using Conductor.Settings;

namespace Conductor.Budgets;

/// <summary>What one call has set aside of the budgets that it is under. Opened before the first attempt, closed when the call is disposed.</summary>
internal sealed class BudgetHold
{
    private readonly BudgetBook _book;
    private readonly Dictionary<string, NanoUsd> _worst = new(StringComparer.Ordinal);

    public BudgetHold(BudgetBook book, string callId, IReadOnlyList<(BudgetScope Scope, BudgetSettings Budget, BudgetAccount Account)> budgets)
    {
        _book = book;
        CallId = callId;
        Budgets = budgets;
        Accounts = [.. budgets.Select(one => one.Account).Distinct()];
        IsHard = budgets.Any(one => one.Budget.Mode == BudgetMode.Hard);
    }

    public string CallId { get; }

    public IReadOnlyList<(BudgetScope Scope, BudgetSettings Budget, BudgetAccount Account)> Budgets { get; }

    public IReadOnlyList<BudgetAccount> Accounts { get; }

    /// <summary>Whether any of the budgets refuses calls.</summary>
    public bool IsHard { get; }

    /// <summary>What is set aside now. The book's to change, under its lock.</summary>
    public NanoUsd Amount { get; set; }

    /// <summary>What the call has spent so far. The book's to change, under its lock.</summary>
    public NanoUsd Spent { get; set; }

    /// <summary>What is left of the tightest budget, this call's own hold counted as spent; null where no budget has a period.</summary>
    public NanoUsd? Left => _book.Left(this);

    /// <summary>The most that each target of the plan may cost.</summary>
    public NanoUsd this[RouteHop hop]
    {
        get => _worst.GetValueOrDefault(hop.Id);
        set => _worst[hop.Id] = value;
    }

    /// <summary>Makes it <paramref name="amount"/>: gives back what is more, or takes what is missing, all or nothing.</summary>
    /// <returns>Null; or the budget that it does not fit.</returns>
    public BudgetShortfall? Set(NanoUsd amount) => _book.Set(this, amount);

    /// <summary>The turn of a target: from here on only it and those after it can cost anything.</summary>
    /// <returns>False when this one might go beyond a budget.</returns>
    public bool TryTurn(IReadOnlyList<RouteHop> hops, int turn)
    {
        var most = NanoUsd.Zero;
        for (var i = turn; i < hops.Count; i++)
        {
            most = this[hops[i]] > most ? this[hops[i]] : most;
        }

        return Set(most) is null || Set(this[hops[turn]]) is null;
    }

    /// <summary>Gives back what is left of it.</summary>
    public void Close() => _book.Close(this);
}

/// <summary>A budget that a call does not fit.</summary>
/// <param name="Scope">Whose.</param>
/// <param name="Budget">Which.</param>
/// <param name="Needed">What the call may cost at most.</param>
/// <param name="Left">What is left of the budget; never below zero.</param>
/// <param name="ResetsAt">When it begins anew; null for one of a single request.</param>
internal sealed record BudgetShortfall(BudgetScope Scope, BudgetSettings Budget, NanoUsd Needed, NanoUsd Left, DateTimeOffset? ResetsAt);
