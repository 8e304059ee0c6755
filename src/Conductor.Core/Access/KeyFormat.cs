using System.Numerics;
using System.Security.Cryptography;

namespace Conductor.Access;

/// <summary>
/// Keys that Conductor makes: `ck_live_`, eight letters or digits that tell which key it is, `_`, 43 random ones (256 bits) and six that are a checksum of all before
/// them. The checksum lets scanners for leaked secrets tell a key from what looks like one.
/// </summary>
public static class KeyFormat
{
    /// <summary>How many characters an id has.</summary>
    public const int IdLength = 8;

    /// <summary>How many characters a key has.</summary>
    public const int Length = PrefixLength + IdLength + 1 + SecretLength + ChecksumLength;

    private const string Prefix = "ck_live_";
    private const int PrefixLength = 8;
    private const int SecretLength = 43; // 62^43 is a little more than 2^256
    private const int ChecksumLength = 6; // 62^6 is more than 2^32
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new id. Whoever uses it sees to it that no other key has it.</summary>
    public static string NewId() => RandomNumberGenerator.GetString(Alphabet, IdLength);

    /// <summary>A new key with this id.</summary>
    /// <exception cref="ArgumentException">It is no id.</exception>
    public static string NewKey(string id)
    {
        if (!IsId(id))
        {
            throw new ArgumentException($"An id has {IdLength} letters and digits.", nameof(id));
        }

        var head = $"{Prefix}{id}_{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";
        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(head, checksum);
        return string.Concat(head, checksum);
    }

    /// <summary>Whether a text can be a key's id.</summary>
    public static bool IsId(ReadOnlySpan<char> id) => id.Length == IdLength && AreLetters(id);

    /// <summary>The id inside a key of this format; false for every other text, and for one whose checksum is not right.</summary>
    public static bool TryReadId(ReadOnlySpan<char> key, out ReadOnlySpan<char> id)
    {
        id = default;
        if (key.Length != Length || !key.StartsWith(Prefix, StringComparison.Ordinal) || key[PrefixLength + IdLength] != '_'
            || !AreLetters(key.Slice(PrefixLength, IdLength)) || !AreLetters(key[(PrefixLength + IdLength + 1)..]))
        {
            return false;
        }

        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(key[..^ChecksumLength], checksum);
        if (!key[^ChecksumLength..].SequenceEqual(checksum))
        {
            return false;
        }

        id = key.Slice(PrefixLength, IdLength);
        return true;
    }

    // CRC-32C of the characters before it, in base 62, most significant digit first.
    private static void WriteChecksum(ReadOnlySpan<char> head, Span<char> checksum)
    {
        var crc = uint.MaxValue;
        foreach (var letter in head)
        {
            crc = BitOperations.Crc32C(crc, (byte)letter);
        }

        crc = ~crc;
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            checksum[i] = Alphabet[(int)(crc % 62)];
            crc /= 62;
        }
    }

    private static bool AreLetters(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter))
            {
                return false;
            }
        }

        return true;
    }
}
