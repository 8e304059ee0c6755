namespace Conductor.Audit;

/// <summary>Who did what to which part of the machine: what whoever did it, or saw it, says. The log adds the time, masks secrets, and bounds the sizes.</summary>
public sealed record AuditEntry
{
    /// <summary>When, to the microsecond. Left out: when it is recorded.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Of which tenant whoever did it is; null where nobody is known, and for Conductor itself.</summary>
    public string? TenantId { get; init; }

    /// <summary>The name of the key that was presented; null without one. On the command line: the user of the operating system.</summary>
    public string? KeyId { get; init; }

    /// <summary>One of <see cref="AuditRoles"/>, or the name of the key's role.</summary>
    public required string Role { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>To what, as a path: `tenants/acme`, `keys/acme/web`, `plugins/openai`, `config`.</summary>
    public required string Object { get; init; }

    /// <summary>Whose that is; null where it is no tenant's. A tenant's own admin sees what was done by it and to it.</summary>
    public string? ObjectTenantId { get; init; }

    /// <summary>What it was before, as JSON; null where there was nothing.</summary>
    public string? Before { get; init; }

    /// <summary>What it is now, or what is to be known of it, as JSON; null where there is nothing.</summary>
    public string? After { get; init; }

    /// <summary>From which address it was asked for; null where it was not asked for over a network.</summary>
    public string? Address { get; init; }

    /// <summary>The request's id; null where it was none.</summary>
    public string? RequestId { get; init; }
}
