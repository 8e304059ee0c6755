namespace Conductor.Audit;

/// <summary>
/// Takes note of what is done to the machine. Call <see cref="Record"/> once, after the change is done, with what it was and what it is:
/// <code>
/// audit.Record(new AuditEntry
/// {
///     TenantId = caller.TenantId, KeyId = caller.KeyId, Role = AccessRoles.NameOf(caller.Role), // who
///     Action = AuditActions.KeyCreated, Object = $"keys/{tenant}/{name}", ObjectTenantId = tenant, // what
///     Before = null, After = """{"id":"…","role":"tenant"}""", // as JSON; members that hold secrets are masked by their names
///     Address = …, RequestId = …, // where it was asked over a network
/// });
/// </code>
/// Before a change that a person asks for, look at <see cref="IsFailing"/>: what cannot be recorded is not done.
/// </summary>
public interface IAuditLog
{
    /// <summary>True while rows cannot be written: the disk is full, or the store is locked or damaged.</summary>
    bool IsFailing { get; }

    /// <summary>Takes an entry and comes back at once; it is written behind the caller, in order, and tried again until it succeeds. Never throws.</summary>
    void Record(AuditEntry entry);

    /// <summary>Waits until everything that was recorded so far is on the disk.</summary>
    /// <exception cref="OperationCanceledException">It took longer than the caller would wait.</exception>
    Task FlushAsync(CancellationToken cancellationToken);
}
