using Conductor.Audit;
using Conductor.Host.Cli;
using Conductor.Host.Composition;
using Conductor.Storage;
using Conductor.Storage.Sqlite;

namespace Conductor.Host.Audit;

/// <summary>Notes what a verb of the command line changed, in the log of the data folder, which a server may be writing meanwhile.</summary>
internal static class CommandLineAudit
{
    /// <summary>Writes one row, and says on standard error where it could not.</summary>
    public static async Task RecordAsync(LaunchSettings settings, string action, string target, string? tenant, string? before, string? after)
    {
        try
        {
            DataFolder.Prepare(settings.Current.Storage.Path);
            await using var store = new SqliteAuditStore(Path.Combine(settings.Current.Storage.Path, SqliteStorageRegistration.FileName));
            await store.AppendAsync(
                [
                    new AuditEntry
                    {
                        Time = TimeProvider.System.GetUtcNow(),
                        KeyId = Environment.UserName,
                        Role = AuditRoles.CommandLine,
                        Action = action,
                        Object = target,
                        ObjectTenantId = tenant,
                        Before = AuditMask.Json(before),
                        After = AuditMask.Json(after),
                    },
                ],
                CancellationToken.None);
        }
        catch (Exception failure) when (failure is StorageException or CliException)
        {
            Terminal.Note($"The change is made, and could not be noted in the audit log: {failure.Message}");
        }
    }
}
