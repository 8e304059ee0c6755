namespace Conductor.Access;

/// <summary>What the holder of a key may do with the machine itself. Data are parted by tenant besides.</summary>
public enum AccessRole
{
    /// <summary>Everything, the configuration and other tenants' usage included.</summary>
    Admin,

    /// <summary>Looks at the machine, its configuration without secrets, and every tenant's usage; calls no model and changes nothing.</summary>
    Operator,

    /// <summary>Calls models for its tenant, and looks after its tenant's own keys, budgets and usage.</summary>
    TenantAdmin,

    /// <summary>Calls models for its tenant, and reads its tenant's own usage.</summary>
    Tenant,

    /// <summary>Reads `/metrics`, and nothing else.</summary>
    Metrics,
}
