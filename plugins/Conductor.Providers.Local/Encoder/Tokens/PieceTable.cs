namespace Conductor.Providers.Local.Encoder.Tokens;

/// <summary>Word pieces by their UTF-8 bytes: finds the longest that a text begins with, without making strings.</summary>
internal sealed class PieceTable
{
    private const uint HashSeed = 2166136261; // FNV-1a, which grows a prefix byte by byte
    private const uint HashPrime = 16777619;

    private readonly List<byte> _bytes = [];
    private readonly List<Entry> _entries = [];
    private int[] _slots = [];
    private byte[] _text = [];
    private int _longest;

    /// <summary>Adds a piece; of two equal ones the first counts.</summary>
    public void Add(ReadOnlySpan<byte> piece, int id)
    {
        _entries.Add(new Entry(id, _bytes.Count, piece.Length));
        _bytes.AddRange(piece);
        _longest = Math.Max(_longest, piece.Length);
    }

    /// <summary>Ends the adding; looking up comes after.</summary>
    public void Build()
    {
        _text = [.. _bytes];
        _bytes.Clear();
        _bytes.TrimExcess();
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_entries.Count * 2) + 1)];
        for (var index = 0; index < _entries.Count; index++)
        {
            var piece = _text.AsSpan(_entries[index].Start, _entries[index].Length);
            var hash = HashSeed;
            foreach (var value in piece)
            {
                hash = (hash ^ value) * HashPrime;
            }

            if (Find(piece, hash) < 0)
            {
                var slot = Spread(hash);
                while (_slots[slot] != 0)
                {
                    slot = (slot + 1) & (_slots.Length - 1);
                }

                _slots[slot] = index + 1;
            }
        }
    }

    /// <summary>The longest piece that a text begins with.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="length">Bytes of the piece; 0 where there is none.</param>
    /// <returns>Its id, or -1.</returns>
    public int FindLongest(ReadOnlySpan<byte> text, out int length)
    {
        text = text[..Math.Min(text.Length, _longest)];
        Span<uint> hashes = stackalloc uint[text.Length];
        var hash = HashSeed;
        for (var index = 0; index < text.Length; index++)
        {
            hashes[index] = hash = (hash ^ text[index]) * HashPrime;
        }

        for (length = text.Length; length > 0; length--)
        {
            var id = Find(text[..length], hashes[length - 1]);
            if (id >= 0)
            {
                return id;
            }
        }

        return -1;
    }

    private int Find(ReadOnlySpan<byte> piece, uint hash)
    {
        for (var slot = Spread(hash); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var entry = _entries[_slots[slot] - 1];
            if (piece.SequenceEqual(_text.AsSpan(entry.Start, entry.Length)))
            {
                return entry.Id;
            }
        }

        return -1;
    }

    private int Spread(uint hash) => (int)(hash ^ (hash >> 15)) & (_slots.Length - 1);

    private readonly record struct Entry(int Id, int Start, int Length);
}
