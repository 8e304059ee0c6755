using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Settings;

namespace Conductor.Admission;

/// <summary>The callers' keys. Every surface and every credential header asks here, so that there is one answer.</summary>
public sealed class KeyRing(ISettings settings, TimeProvider time)
{
    private const int LongestKey = 1024;

    private KeyIndex? _index;

    /// <summary>True while no key is configured: callers need none.</summary>
    public bool IsOpen => settings.Current.Keys.Count == 0;

    /// <summary>
    /// Who presents this key; null when nobody does: the key is unknown, mistyped, expired or switched off, and which of these is not said. Without configured keys
    /// everybody is the default tenant.
    /// </summary>
    public CallerIdentity? Authenticate(string? presentedKey)
    {
        var current = settings.Current;
        if (current.Keys.Count == 0)
        {
            return CallerIdentity.Anonymous;
        }

        if (string.IsNullOrEmpty(presentedKey) || presentedKey.Length > LongestKey)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var found = Find(IndexOf(current), presentedKey, now);
        if (found?.Caller is not { Key: { } key } caller || !key.IsEnabled || key.Expires <= now)
        {
            return null;
        }

        found.Use.Note(now);
        return caller;
    }

    /// <summary>When each of a key's secrets was last let in, since the start and to the second; null while it was not.</summary>
    public (DateTimeOffset? Current, DateTimeOffset? Previous) LastUse(CallerKeySettings key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var index = IndexOf(settings.Current);
        return (index.LastUse(key.Hash.Span), key.Previous is { } previous ? index.LastUse(previous.Hash.Span) : null);
    }

    private static KeyIndex.Secret? Find(KeyIndex index, string presented, DateTimeOffset now)
    {
        Span<byte> room = stackalloc byte[256];
        var most = Encoding.UTF8.GetMaxByteCount(presented.Length);
        var bytes = most <= room.Length ? room : new byte[most];
        bytes = bytes[..Encoding.UTF8.GetBytes(presented, bytes)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (index.HasPeppered && KeyFormat.TryReadId(presented, out var id))
        {
            HMACSHA256.HashData(index.Pepper, bytes, hash);
            if (index.FindPeppered(id, hash, now) is { } made)
            {
                return made;
            }
        }

        if (!index.HasBrought)
        {
            return null;
        }

        SHA256.HashData(bytes, hash);
        return index.FindBrought(hash, now);
    }

    private KeyIndex IndexOf(ConductorSettings current)
    {
        var index = Volatile.Read(ref _index);
        if (index is null || !ReferenceEquals(index.Source, current))
        {
            Volatile.Write(ref _index, index = KeyIndex.Of(current, index));
        }

        return index;
    }
}
