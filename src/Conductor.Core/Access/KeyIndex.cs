using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Conductor.Settings;

namespace Conductor.Access;

/// <summary>The keys of one state of the settings, so that a look-up costs one hash.</summary>
internal sealed class KeyIndex
{
    private readonly Dictionary<string, List<Secret>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Secret>>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Dictionary<Digest, Secret> _brought = [];
    private readonly Dictionary<Digest, KeyUse> _uses = [];

    // Compared with where nobody is found: that takes as long as finding somebody.
    private readonly List<Secret> _nobody;

    private KeyIndex(ConductorSettings source, KeyIndex? before)
    {
        Source = source;
        _ids = _byId.GetAlternateLookup<ReadOnlySpan<char>>();
        Pepper = source.KeyPepper is { } pepper ? Encoding.UTF8.GetBytes(pepper.Reveal()) : [];
        _nobody = [new Secret(RandomNumberGenerator.GetBytes(Digest.Size), null, null, new KeyUse())];
        foreach (var key in source.Keys)
        {
            var caller = CallerIdentity.Of(key);
            Add(key, key.Hash, key.IsPeppered, until: null, caller, before);
            if (key.Previous is { } previous)
            {
                Add(key, previous.Hash, previous.IsPeppered, previous.Until, caller, before);
            }
        }
    }

    /// <summary>What it was made of.</summary>
    public ConductorSettings Source { get; }

    public byte[] Pepper { get; }

    /// <summary>Whether there are keys of Conductor's own making.</summary>
    public bool HasPeppered => _byId.Count > 0;

    /// <summary>Whether there are keys that somebody brought, or was to have replaced by now.</summary>
    public bool HasBrought => _brought.Count > 0;

    /// <summary>The same with what has been seen of secrets that stayed.</summary>
    public static KeyIndex Of(ConductorSettings settings, KeyIndex? before) => new(settings, before);

    /// <summary>The secret of this id whose hash it is; null where there is none.</summary>
    public Secret? FindPeppered(ReadOnlySpan<char> id, ReadOnlySpan<byte> hash, DateTimeOffset now)
    {
        Secret? found = null;
        foreach (var secret in _ids.TryGetValue(id, out var known) ? known : _nobody)
        {
            if (CryptographicOperations.FixedTimeEquals(secret.Hash, hash) && secret.Caller is not null && !(secret.Until <= now))
            {
                found = secret;
            }
        }

        return found;
    }

    /// <summary>The secret that somebody brought whose SHA-256 it is; null where there is none.</summary>
    public Secret? FindBrought(ReadOnlySpan<byte> hash, DateTimeOffset now)
    {
        // Looked up by what cannot be chosen: the time of it tells nothing of a key.
        var secret = _brought.GetValueOrDefault(new Digest(hash)) ?? _nobody[0];
        return CryptographicOperations.FixedTimeEquals(secret.Hash, hash) && secret.Caller is not null && !(secret.Until <= now) ? secret : null;
    }

    /// <summary>When a secret was last let in; null while it was not.</summary>
    public DateTimeOffset? LastUse(ReadOnlySpan<byte> hash) => _uses.GetValueOrDefault(new Digest(hash))?.Last;

    private void Add(CallerKeySettings key, ReadOnlyMemory<byte> hash, bool isPeppered, DateTimeOffset? until, CallerIdentity caller, KeyIndex? before)
    {
        var digest = new Digest(hash.Span);
        var use = before?._uses.GetValueOrDefault(digest) ?? new KeyUse();
        _uses[digest] = use;
        var secret = new Secret(hash.ToArray(), until, caller, use);
        if (!isPeppered)
        {
            _brought[digest] = secret;
        }
        else if (key.Id is { } id)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_byId, id, out _) ??= []).Add(secret);
        }
    }

    /// <summary>One hash and whose it is; nobody's where the caller is null.</summary>
    internal sealed record Secret(byte[] Hash, DateTimeOffset? Until, CallerIdentity? Caller, KeyUse Use);

    /// <summary>32 bytes as a value.</summary>
    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public const int Size = SHA256.HashSizeInBytes;

        public Digest(ReadOnlySpan<byte> bytes)
            : this(MemoryMarshal.Read<UInt128>(bytes), MemoryMarshal.Read<UInt128>(bytes[16..]))
        {
        }
    }
}
