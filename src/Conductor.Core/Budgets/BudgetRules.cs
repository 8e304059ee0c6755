using Conductor.Calls;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Budgets;

/// <summary>The budgets of one version of the settings, by scope. Immutable.</summary>
internal sealed class BudgetRules
{
    private readonly Dictionary<BudgetScope, IReadOnlyList<BudgetSettings>> _byScope = [];

    private BudgetRules(ConductorSettings settings)
    {
        List<BudgetSettings> global = [.. settings.Budgets.Global];
        if (settings.GlobalDailyLimitUsd is { } usd)
        {
            global.Add(new BudgetSettings { Limit = NanoUsd.FromUsd(usd), Per = BudgetPeriod.Day });
        }

        Put(BudgetScope.Global, global);
        foreach (var (name, operation) in settings.Operations)
        {
            Put(BudgetScope.OfOperation(name), operation.Budgets);
        }

        foreach (var (name, tenant) in settings.Tenants)
        {
            Put(BudgetScope.OfTenant(name), tenant.Budgets);
        }

        foreach (var key in settings.Keys)
        {
            Put(BudgetScope.OfKey(key.Tenant, key.Name), key.Budgets);
        }
    }

    /// <summary>True when there is no budget at all.</summary>
    public bool IsEmpty => _byScope.Count == 0;

    /// <summary>All budgets.</summary>
    public IEnumerable<(BudgetScope Scope, BudgetSettings Budget)> All => _byScope.SelectMany(pair => pair.Value.Select(budget => (pair.Key, budget)));

    public static BudgetRules Of(ConductorSettings settings) => new(settings);

    /// <summary>The budgets that a call, or a row, is under.</summary>
    public List<(BudgetScope Scope, BudgetSettings Budget)> For(IEnumerable<BudgetScope> scopes)
    {
        List<(BudgetScope, BudgetSettings)> found = [];
        foreach (var scope in scopes)
        {
            foreach (var budget in _byScope.GetValueOrDefault(scope) ?? [])
            {
                found.Add((scope, budget));
            }
        }

        return found;
    }

    private void Put(BudgetScope scope, IReadOnlyList<BudgetSettings> budgets)
    {
        if (budgets.Count > 0)
        {
            _byScope[scope] = budgets;
        }
    }
}
