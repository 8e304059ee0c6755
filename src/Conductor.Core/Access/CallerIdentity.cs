using Conductor.Calls;
using Conductor.Settings;

namespace Conductor.Access;

/// <summary>A caller that was let in.</summary>
/// <param name="TenantId">Its tenant.</param>
/// <param name="KeyId">The key's name; null without a key.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Key">The key as it is configured; null without a key.</param>
public sealed record CallerIdentity(string TenantId, string? KeyId, AccessRole Role, CallerKeySettings? Key)
{
    /// <summary>Whoever calls while no key is configured: this machine's own user, who may do everything.</summary>
    public static CallerIdentity Anonymous { get; } = new(CallContext.DefaultTenant, null, AccessRole.Admin, null);

    /// <summary>Whether it may look at the machine and at every tenant's usage.</summary>
    public bool SeesMachine => Role is AccessRole.Admin or AccessRole.Operator;

    /// <summary>The holder of a key.</summary>
    public static CallerIdentity Of(CallerKeySettings key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CallerIdentity(key.Tenant, key.Name, key.Role, key);
    }
}
