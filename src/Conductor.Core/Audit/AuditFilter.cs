namespace Conductor.Audit;

/// <summary>Which rows of the audit log; what is null does not matter.</summary>
public sealed record AuditFilter
{
    /// <summary>Done by this tenant or to what is this tenant's.</summary>
    public string? TenantId { get; init; }

    /// <summary>With the key of this name.</summary>
    public string? KeyId { get; init; }

    /// <summary>This action, or with `*` at its end all that begin so: `key.*`.</summary>
    public string? Action { get; init; }

    /// <summary>To this object, or with `*` at its end all that begin so.</summary>
    public string? Object { get; init; }

    /// <summary>Of this request.</summary>
    public string? RequestId { get; init; }

    /// <summary>At this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>With a lower number: the next page after the row of this number.</summary>
    public long? Before { get; init; }

    /// <summary>Whether a row is among them.</summary>
    public bool Matches(AuditRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var entry = row.Entry;
        return (TenantId is null || entry.TenantId == TenantId || entry.ObjectTenantId == TenantId)
            && (KeyId is null || entry.KeyId == KeyId)
            && Begins(Action, entry.Action)
            && Begins(Object, entry.Object)
            && (RequestId is null || entry.RequestId == RequestId)
            && (From is null || entry.Time >= From)
            && (Until is null || entry.Time < Until)
            && (Before is null || row.Number < Before);
    }

    private static bool Begins(string? wanted, string text) =>
        wanted is null || (wanted.EndsWith('*') ? text.StartsWith(wanted[..^1], StringComparison.Ordinal) : text == wanted);
}
