using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Conductor.Audit;

/// <summary>
/// Joins rows so that none can be changed, taken out or moved without all after it being made anew. What is hashed: the hash of the row before, a byte 1, the number and
/// the microseconds since 1970 as 8 bytes each, then who, what and the rest in the order of <see cref="AuditEntry"/>, each as its length in 4 bytes and UTF-8, −1 for null. Integers are big-endian.
/// </summary>
public static class AuditChain
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    private const byte Form = 1;

    /// <summary>The row that follows the last one.</summary>
    public static AuditRow Next(AuditHead head, AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(head);
        var plain = Plain(entry);
        return new AuditRow(head.Number + 1, plain, head.Hash, Hash(head.Hash.Span, head.Number + 1, plain));
    }

    /// <summary>The hash that a row must have.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> previous, long number, AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[17];
        numbers[0] = Form;
        BinaryPrimitives.WriteInt64BigEndian(numbers[1..], number);
        BinaryPrimitives.WriteInt64BigEndian(numbers[9..], (entry.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        hash.AppendData(previous);
        hash.AppendData(numbers);
        foreach (var text in (ReadOnlySpan<string?>)[entry.TenantId, entry.KeyId, entry.Role, entry.Action, entry.Object, entry.ObjectTenantId, entry.Before, entry.After, entry.Address, entry.RequestId])
        {
            Append(hash, text);
        }

        return hash.GetHashAndReset();
    }

    // As every store gives it back: microseconds of UTC, and text that survives UTF-8 and C's strings.
    private static AuditEntry Plain(AuditEntry entry) => entry with
    {
        Time = new DateTimeOffset(entry.Time.UtcTicks - (entry.Time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero),
        TenantId = Plain(entry.TenantId),
        KeyId = Plain(entry.KeyId),
        Role = Plain(entry.Role)!,
        Action = Plain(entry.Action)!,
        Object = Plain(entry.Object)!,
        ObjectTenantId = Plain(entry.ObjectTenantId),
        Before = Plain(entry.Before),
        After = Plain(entry.After),
        Address = Plain(entry.Address),
        RequestId = Plain(entry.RequestId),
    };

    private static string? Plain(string? text)
    {
        if (text is null || !text.Any(letter => letter == '\0' || char.IsSurrogate(letter)))
        {
            return text;
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[4];
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
