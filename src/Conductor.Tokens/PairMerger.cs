namespace Conductor.Tokens;

/// <summary>
/// Byte pair encoding of one piece of text: of all neighbours that together are a token, the pair with the lowest rank is joined first, of equal ones the leftmost,
/// until no pair is left. A linked list of parts and a heap of pairs, so that a piece of n bytes costs n log n and not n².
/// </summary>
/// <remarks>Holds its buffers between pieces. For one thread.</remarks>
/// <param name="vocabulary">What may come of it.</param>
/// <param name="rankOf">The rank of a token by its id, where that is not the id itself.</param>
internal sealed class PairMerger(Vocabulary vocabulary, Func<int, int>? rankOf = null)
{
    private Part[] _parts = new Part[64];
    private readonly PriorityQueue<Pair, (int Rank, int Start)> _pairs = new();

    /// <summary>How many tokens the piece has; those with an id are added to <paramref name="ids"/>.</summary>
    /// <param name="piece">UTF-8.</param>
    /// <param name="wholeCharacters">True: what is joined is characters; false: bytes.</param>
    /// <param name="byteTokens">The id of the token for byte 0, where a character that is no token falls apart into its bytes; else -1.</param>
    /// <param name="ids">Where the ids go; null to count only.</param>
    public int Merge(ReadOnlySpan<byte> piece, bool wholeCharacters, int byteTokens, List<int>? ids)
    {
        var count = Split(piece, wholeCharacters);
        for (var i = 0; i < count - 1; i++)
        {
            Offer(piece, i, i + 1);
        }

        while (_pairs.TryDequeue(out var pair, out _))
        {
            ref var left = ref _parts[pair.Left];
            if (left.End != pair.Middle || left.Next != pair.Right || _parts[pair.Right].End != pair.End)
            {
                continue; // one of the two has been joined with another since
            }

            left.End = pair.End;
            left.Next = _parts[pair.Right].Next;
            _parts[pair.Right].End = -1;
            if (left.Next >= 0)
            {
                _parts[left.Next].Previous = pair.Left;
                Offer(piece, pair.Left, left.Next);
            }

            if (left.Previous >= 0)
            {
                Offer(piece, left.Previous, pair.Left);
            }
        }

        return Collect(piece, count, byteTokens, ids);
    }

    private int Split(ReadOnlySpan<byte> piece, bool wholeCharacters)
    {
        if (_parts.Length < piece.Length)
        {
            _parts = new Part[Math.Max(piece.Length, _parts.Length * 2)];
        }

        var count = 0;
        for (var start = 0; start < piece.Length;)
        {
            var end = start + 1;
            while (wholeCharacters && end < piece.Length && (piece[end] & 0xC0) == 0x80)
            {
                end++;
            }

            _parts[count] = new Part { Start = start, End = end, Previous = count - 1, Next = end < piece.Length ? count + 1 : -1 };
            start = end;
            count++;
        }

        return count;
    }

    private void Offer(ReadOnlySpan<byte> piece, int left, int right)
    {
        var id = vocabulary.Find(piece[_parts[left].Start.._parts[right].End]);
        if (id >= 0)
        {
            _pairs.Enqueue(new Pair(left, right, _parts[left].End, _parts[right].End), (rankOf?.Invoke(id) ?? id, _parts[left].Start));
        }
    }

    private int Collect(ReadOnlySpan<byte> piece, int count, int byteTokens, List<int>? ids)
    {
        var tokens = 0;
        for (var i = count > 0 ? 0 : -1; i >= 0; i = _parts[i].Next)
        {
            var part = piece[_parts[i].Start.._parts[i].End];
            var id = vocabulary.Find(part);
            if (id >= 0 || byteTokens < 0)
            {
                tokens++;
                ids?.Add(id);
                continue;
            }

            tokens += part.Length;
            foreach (var one in part)
            {
                ids?.Add(byteTokens + one);
            }
        }

        return tokens;
    }

    private record struct Part
    {
        public int Start { get; set; }

        public int End { get; set; }

        public int Previous { get; set; }

        public int Next { get; set; }
    }

    private readonly record struct Pair(int Left, int Right, int Middle, int End);
}
