using System.Buffers.Binary;

namespace Conductor.Calls;

/// <summary>
/// Ids that are unique and sort by time: 48 bits of Unix milliseconds, then 80 random ones, in hexadecimal. Like version 7 of the UUID, without its
/// call to the system's source of secrets, which cost more than the rest of an id: nothing is guarded by one.
/// </summary>
internal static class CallIds
{
    /// <summary>32 lower-case hexadecimal digits.</summary>
    public static string New()
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() << 16);
#pragma warning disable CA5394 // 80 bits of a generator that every process seeds anew: enough to tell ids apart
        Random.Shared.NextBytes(id[6..]);
#pragma warning restore CA5394
        return Convert.ToHexStringLower(id);
    }
}
