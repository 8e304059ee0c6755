using System.Buffers.Binary;
using System.IO.Compression;

namespace Conductor.Tokens;

/// <summary>Tokens by their bytes. A token's id is its rank: of two possible merges the one with the lower rank is made.</summary>
internal sealed class Vocabulary
{
    private readonly byte[] _bytes;
    private readonly int[] _starts; // of token i in _bytes; one more than there are tokens
    private readonly int[] _slots; // open addressing: a token's id plus one, 0 where nothing stands
    private readonly int _mask;

    private Vocabulary(byte[] bytes, int[] starts)
    {
        _bytes = bytes;
        _starts = starts;
        Count = starts.Length - 1;
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Count * 2)];
        _mask = _slots.Length - 1;
        for (var id = 0; id < Count; id++)
        {
            var token = this[id];
            if (token.IsEmpty)
            {
                continue; // has an id and stands for no text
            }

            var slot = Hash(token) & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = id + 1;
            LongestToken = Math.Max(LongestToken, token.Length);
        }
    }

    public int Count { get; }

    /// <summary>In bytes.</summary>
    public int LongestToken { get; }

    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_starts[id].._starts[id + 1]);

    /// <summary>Reads one of the files beside this one: Brotli over tokens in the order of their ids, each a byte of length and its bytes.</summary>
    public static Vocabulary Load(string name)
    {
        using var file = typeof(Vocabulary).Assembly.GetManifestResourceStream($"{name}.bpe.br") ?? throw new ArgumentException($"There is no vocabulary '{name}'.", nameof(name));
        using var inflated = new BrotliStream(file, CompressionMode.Decompress);
        using var buffer = new MemoryStream(2 * 1024 * 1024);
        inflated.CopyTo(buffer);
        var packed = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);

        var bytes = new byte[packed.Length];
        var starts = new List<int>(200_000);
        var length = 0;
        while (!packed.IsEmpty)
        {
            starts.Add(length);
            packed.Slice(1, packed[0]).CopyTo(bytes.AsSpan(length));
            length += packed[0];
            packed = packed[(1 + packed[0])..];
        }

        starts.Add(length);
        return new Vocabulary(bytes, [.. starts]);
    }

    /// <summary>The token with exactly these bytes; -1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > LongestToken)
        {
            return -1;
        }

        for (var slot = Hash(bytes) & _mask; _slots[slot] != 0; slot = (slot + 1) & _mask)
        {
            var id = _slots[slot] - 1;
            if (bytes.SequenceEqual(this[id]))
            {
                return id;
            }
        }

        return -1;
    }

    // Eight bytes at a time, multiplied and folded: nearly all tokens are shorter than that.
    private static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }

        hash = Mix(hash ^ rest);
        return (int)(hash >> 32) & int.MaxValue;
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xFF51AFD7ED558CCD;
        return value ^ (value >> 33);
    }
}
