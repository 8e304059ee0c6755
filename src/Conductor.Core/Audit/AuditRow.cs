namespace Conductor.Audit;

/// <summary>A row of the audit log.</summary>
/// <param name="Number">1 for the first, then without gaps.</param>
/// <param name="Entry">What it tells.</param>
/// <param name="Previous">The hash of the row before it, 32 bytes; zeros for the first.</param>
/// <param name="Hash">SHA-256 over <paramref name="Previous"/> and the row's own content, 32 bytes.</param>
public sealed record AuditRow(long Number, AuditEntry Entry, ReadOnlyMemory<byte> Previous, ReadOnlyMemory<byte> Hash);

/// <summary>The last row's number and hash; 0 and zeros while there is none.</summary>
public sealed record AuditHead(long Number, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Before the first row.</summary>
    public static AuditHead Start { get; } = new(0, new byte[AuditChain.HashSize]);
}
