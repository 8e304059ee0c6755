namespace Conductor.Limits;

/// <summary>Whose limit it is.</summary>
/// <param name="Kind">What kind of thing has it.</param>
/// <param name="Tenant">The tenant, for a tenant and a caller's key; else empty.</param>
/// <param name="Name">The key's name; for a provider's key the provider's name, `#` and the key's place from 1; else empty.</param>
public readonly record struct LimitScope(LimitScopeKind Kind, string Tenant, string Name)
{
    /// <summary>All calls.</summary>
    public static LimitScope Global { get; } = new(LimitScopeKind.Global, "", "");

    /// <summary>All calls of a tenant.</summary>
    public static LimitScope OfTenant(string tenant) => new(LimitScopeKind.Tenant, tenant, "");

    /// <summary>All calls with a tenant's key.</summary>
    public static LimitScope OfKey(string tenant, string key) => new(LimitScopeKind.Key, tenant, key);

    /// <summary>All requests that are made with one of a provider's own keys.</summary>
    /// <param name="provider">The provider's configured name.</param>
    /// <param name="number">The key's place in the configuration, from 1.</param>
    public static LimitScope OfProviderKey(string provider, int number) => new(LimitScopeKind.ProviderKey, "", $"{provider}#{number}");

    /// <summary>The kind as labels and log lines name it: `key`, `tenant`, `provider_key` or `global`.</summary>
    public string Label => Kind switch
    {
        LimitScopeKind.Key => "key",
        LimitScopeKind.Tenant => "tenant",
        LimitScopeKind.ProviderKey => "provider_key",
        _ => "global",
    };

    /// <summary>As a part of a sentence: `tenant 'acme'`.</summary>
    public override string ToString() => Kind switch
    {
        LimitScopeKind.Key => $"key '{Name}'",
        LimitScopeKind.Tenant => $"tenant '{Tenant}'",
        LimitScopeKind.ProviderKey => $"provider key '{Name}'",
        _ => "all calls",
    };
}

/// <summary>What kind of thing has a limit, the narrowest first.</summary>
public enum LimitScopeKind
{
    /// <summary>A caller's key.</summary>
    Key,

    /// <summary>A tenant.</summary>
    Tenant,

    /// <summary>One of a provider's own keys.</summary>
    ProviderKey,

    /// <summary>All calls.</summary>
    Global,
}
