using Conductor.Calls;
using Conductor.Storage;

namespace Conductor.Budgets;

/// <summary>Whose spending it is.</summary>
/// <param name="Kind">`global`, `tenant`, `key` or `operation`.</param>
/// <param name="Tenant">The tenant, for `tenant` and `key`; else empty.</param>
/// <param name="Name">The key's or the operation's name; else empty.</param>
public readonly record struct BudgetScope(BudgetScopeKind Kind, string Tenant, string Name)
{
    /// <summary>All calls.</summary>
    public static BudgetScope Global { get; } = new(BudgetScopeKind.Global, "", "");

    /// <summary>All calls of a tenant.</summary>
    public static BudgetScope OfTenant(string tenant) => new(BudgetScopeKind.Tenant, tenant, "");

    /// <summary>All calls with a tenant's key.</summary>
    public static BudgetScope OfKey(string tenant, string key) => new(BudgetScopeKind.Key, tenant, key);

    /// <summary>All calls of an operation, whoever makes them.</summary>
    public static BudgetScope OfOperation(string operation) => new(BudgetScopeKind.Operation, "", operation);

    /// <summary>The scopes that a call is in, widest first.</summary>
    public static IEnumerable<BudgetScope> Of(ModelCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Of(call.Context.TenantId, call.Context.KeyId, call.OperationName);
    }

    /// <summary>The scopes that a row's spending counts in, widest first.</summary>
    public static IEnumerable<BudgetScope> Of(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Of(row.TenantId, row.KeyId, row.Operation);
    }

    /// <summary>The scopes of a tenant's call, widest first.</summary>
    public static IEnumerable<BudgetScope> Of(string tenant, string? key, string operation)
    {
        yield return Global;
        yield return OfOperation(operation);
        yield return OfTenant(tenant);
        if (key is not null)
        {
            yield return OfKey(tenant, key);
        }
    }

    /// <summary>As a part of a sentence: `tenant 'acme'`.</summary>
    public override string ToString() => Kind switch
    {
        BudgetScopeKind.Tenant => $"tenant '{Tenant}'",
        BudgetScopeKind.Key => $"key '{Name}'",
        BudgetScopeKind.Operation => $"operation '{Name}'",
        _ => "all calls",
    };
}

/// <summary>What kind of thing has a budget.</summary>
public enum BudgetScopeKind
{
    /// <summary>All calls.</summary>
    Global,

    /// <summary>An operation, for all callers together.</summary>
    Operation,

    /// <summary>A tenant.</summary>
    Tenant,

    /// <summary>A key.</summary>
    Key,
}
