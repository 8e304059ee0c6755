namespace Conductor.Audit;

/// <summary>What the audit log's rows tell of. Names stay; new ones may come.</summary>
public static class AuditActions
{
    public const string KeyCreated = "key.created";
    public const string KeyRotated = "key.rotated";
    public const string KeyRevoked = "key.revoked";

    public const string TenantChanged = "tenant.changed";
    public const string TenantRemoved = "tenant.removed";
    public const string BudgetsChanged = "budgets.changed";
    public const string PricesChanged = "prices.changed";

    public const string ProviderKeysChanged = "provider_keys.changed";
    public const string SecretKeyRotated = "secret_key.rotated";

    /// <summary>Somebody asked over the API for the files to be taken over; what came of it is a row of its own.</summary>
    public const string ConfigReloadAsked = "config.reload_asked";

    /// <summary>Other settings are in force. `after` has the files' digest and what changed, in words.</summary>
    public const string ConfigReloaded = "config.reloaded";

    /// <summary>`conductor config apply` put new files in place.</summary>
    public const string ConfigApplied = "config.applied";

    /// <summary>The files have mistakes, and the settings before them stay in force.</summary>
    public const string ConfigRefused = "config.refused";

    public const string PluginLoaded = "plugin.loaded";
    public const string PluginSwapped = "plugin.swapped";
    public const string PluginRefused = "plugin.refused";
    public const string PluginRemoved = "plugin.removed";
    public const string PluginsRescanned = "plugins.rescanned";

    /// <summary>Somebody was not let in. One row for each address and reason in a minute, with their count.</summary>
    public const string AccessDenied = "access.denied";

    /// <summary>Rows that could not be written because too many waited. `after` has their count.</summary>
    public const string Lost = "audit.lost";
}

/// <summary>Who, where it is no key.</summary>
public static class AuditRoles
{
    /// <summary>Conductor itself.</summary>
    public const string System = "system";

    /// <summary>A person at the machine's own command line.</summary>
    public const string CommandLine = "command-line";

    /// <summary>Nobody that is known.</summary>
    public const string Stranger = "stranger";
}
