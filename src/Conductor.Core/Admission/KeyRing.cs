using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
using Conductor.Settings;

namespace Conductor.Admission;

/// <summary>The callers' keys. Every surface and every credential header asks here, so that there is one answer.</summary>
public sealed class KeyRing(ISettings settings, TimeProvider time)
{
    private volatile Index _index = Index.Of([]);

    /// <summary>True while no key is configured: callers need none.</summary>
    public bool IsOpen => settings.Current.Keys.Count == 0;

    /// <summary>Who presents this key; null when nobody does. Without configured keys everybody is the default tenant.</summary>
    public CallerIdentity? Authenticate(string? presentedKey)
    {
        var keys = settings.Current.Keys;
        if (keys.Count == 0)
        {
            return CallerIdentity.Anonymous;
        }

        if (string.IsNullOrEmpty(presentedKey) || presentedKey.Length > 1024)
        {
            return null;
        }

        // Looked up by SHA-256: keys are long random strings, so the time of a look-up tells nothing of them.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presentedKey), hash);
        var found = IndexOf(keys).ByHash.GetValueOrDefault(Convert.ToHexString(hash));
        if (found is null || (found.Expires is { } expires && expires <= time.GetUtcNow()))
        {
            return null;
        }

        return CallerIdentity.Of(found);
    }

    private Index IndexOf(IReadOnlyList<CallerKeySettings> keys)
    {
        var index = _index;
        if (!ReferenceEquals(index.Source, keys))
        {
            _index = index = Index.Of(keys);
        }

        return index;
    }

    private sealed record Index(IReadOnlyList<CallerKeySettings> Source, Dictionary<string, CallerKeySettings> ByHash)
    {
        public static Index Of(IReadOnlyList<CallerKeySettings> keys)
        {
            var map = new Dictionary<string, CallerKeySettings>(keys.Count, StringComparer.Ordinal);
            foreach (var key in keys)
            {
                map[Convert.ToHexString(key.Hash.Span)] = key;
            }

            return new Index(keys, map);
        }
    }
}
