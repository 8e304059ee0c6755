using Conductor.Audit;

namespace Conductor.Storage.Sqlite;

/// <summary>A row of the audit log as the table gives and takes it, for Dapper.</summary>
internal sealed class AuditRecord
{
    public long Number { get; set; }
    public long AtUs { get; set; }
    public string? TenantId { get; set; }
    public string? KeyId { get; set; }
    public string Role { get; set; } = "";
    public string Action { get; set; } = "";
    public string Object { get; set; } = "";
    public string? ObjectTenantId { get; set; }
    public string? BeforeJson { get; set; }
    public string? AfterJson { get; set; }
    public string? Address { get; set; }
    public string? RequestId { get; set; }
    public byte[] Previous { get; set; } = [];
    public byte[] Hash { get; set; } = [];

    public static AuditRecord From(AuditRow row) => new()
    {
        Number = row.Number,
        AtUs = LedgerTime.Of(row.Entry.Time),
        TenantId = row.Entry.TenantId,
        KeyId = row.Entry.KeyId,
        Role = row.Entry.Role,
        Action = row.Entry.Action,
        Object = row.Entry.Object,
        ObjectTenantId = row.Entry.ObjectTenantId,
        BeforeJson = row.Entry.Before,
        AfterJson = row.Entry.After,
        Address = row.Entry.Address,
        RequestId = row.Entry.RequestId,
        Previous = row.Previous.ToArray(),
        Hash = row.Hash.ToArray(),
    };

    public AuditRow ToRow() => new(
        Number,
        new AuditEntry
        {
            Time = LedgerTime.Read(AtUs),
            TenantId = TenantId,
            KeyId = KeyId,
            Role = Role,
            Action = Action,
            Object = Object,
            ObjectTenantId = ObjectTenantId,
            Before = BeforeJson,
            After = AfterJson,
            Address = Address,
            RequestId = RequestId,
        },
        Previous,
        Hash);
}
