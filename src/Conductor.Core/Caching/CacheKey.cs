using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Conductor.Caching;

/// <summary>Which answer. The tenant is part of the key's type: one tenant cannot be given another's.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="High">First half of the SHA-256 over every field that changes the answer.</param>
/// <param name="Low">Second half.</param>
internal readonly record struct CacheKey(string TenantId, UInt128 High, UInt128 Low);

/// <summary>Collects the fields of a key. Each field goes in with its length, so that no two lists of fields look alike.</summary>
internal sealed class CacheKeyBuilder : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void AddBytes(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, field.Length);
        _hash.AppendData(length);
        _hash.AppendData(field);
    }

    /// <summary>A missing field is not an empty one.</summary>
    public void AddText(string? field) => AddBytes(field is null ? [0xFF] : Encoding.UTF8.GetBytes(field));

    public CacheKey Build(string tenantId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return new CacheKey(tenantId, BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
    }

    public void Dispose() => _hash.Dispose();
}
