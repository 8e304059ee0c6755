using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Host.Redaction;

/// <summary>Secrets by their own letters, in the forms that they are written in: as they are, escaped in JSON and in URLs, in base64. Looked for together, at a cost that their number does not change.</summary>
internal sealed class KnownSecrets
{
    /// <summary>Shorter ones are words and numbers: hiding them would make texts unreadable and nothing safer.</summary>
    public const int Shortest = 8;

    private const int BloomBits = 16;

    private static readonly JavaScriptEncoder Everything = JavaScriptEncoder.Create(UnicodeRanges.All);

    // One bit for each possible beginning: nearly every place of a text is passed over by it.
    private readonly ulong[] _bloom = new ulong[1 << (BloomBits - 6)];
    private readonly Dictionary<ulong, List<byte[]>> _byBeginning = [];

    /// <summary>Of no secret.</summary>
    public static KnownSecrets None { get; } = new([]);

    /// <param name="secrets">Those that are shorter than <see cref="Shortest"/> are left out.</param>
    public KnownSecrets(IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(secret => secret.Length >= Shortest))
        {
            foreach (var form in Forms(secret).Distinct(StringComparer.Ordinal))
            {
                Add(Encoding.UTF8.GetBytes(form));
            }
        }

        foreach (var group in _byBeginning.Values)
        {
            group.Sort((one, other) => other.Length.CompareTo(one.Length)); // one may be the beginning of another
        }
    }

    public bool IsEmpty => _byBeginning.Count == 0;

    /// <summary>How long the secret is that stands at a place; 0 = none.</summary>
    public int LengthAt(ReadOnlySpan<byte> text, int at)
    {
        if (text.Length - at < Shortest)
        {
            return 0;
        }

        var beginning = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
        var bit = Bit(beginning);
        if ((_bloom[bit >> 6] >> (bit & 63) & 1) == 0 || !_byBeginning.TryGetValue(beginning, out var candidates))
        {
            return 0;
        }

        foreach (var candidate in candidates)
        {
            if (text[at..].StartsWith(candidate))
            {
                return candidate.Length;
            }
        }

        return 0;
    }

    /// <summary>The first place at or behind one where a secret stands; -1 = none.</summary>
    public int IndexFrom(ReadOnlySpan<byte> text, int at)
    {
        if (IsEmpty)
        {
            return -1;
        }

        for (var last = text.Length - Shortest; at <= last; at++)
        {
            var bit = Bit(BinaryPrimitives.ReadUInt64LittleEndian(text[at..]));
            if ((_bloom[bit >> 6] >> (bit & 63) & 1) != 0 && LengthAt(text, at) > 0)
            {
                return at;
            }
        }

        return -1;
    }

    private static IEnumerable<string> Forms(string secret) =>
    [
        secret, JsonEncodedText.Encode(secret, Everything).ToString(), JsonEncodedText.Encode(secret).ToString(), JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
    ];

    private void Add(byte[] secret)
    {
        var beginning = BinaryPrimitives.ReadUInt64LittleEndian(secret);
        var bit = Bit(beginning);
        _bloom[bit >> 6] |= 1UL << (bit & 63);
        if (!_byBeginning.TryGetValue(beginning, out var group))
        {
            _byBeginning[beginning] = group = [];
        }

        group.Add(secret);
    }

    private static int Bit(ulong beginning) => (int)((beginning * 0x9E37_79B9_7F4A_7C15) >> (64 - BloomBits)); // Fibonacci hashing
}
