using System.Text;

namespace Conductor.Tokens;

/// <summary>A vocabulary of OpenAI's: text is cut into pieces by a rule, and each piece's bytes are joined.</summary>
internal sealed class PieceTokenizer(string name, PieceCutter.Rule rule) : ITokenizer
{
    private readonly Lazy<Vocabulary> _vocabulary = new(() => Vocabulary.Load(name));

    public string Name => name;

    public int Count(ReadOnlySpan<char> text) => Run(text, null);

    public IReadOnlyList<int> Encode(ReadOnlySpan<char> text)
    {
        var ids = new List<int>(text.Length / 3);
        Run(text, ids);
        return ids;
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var vocabulary = _vocabulary.Value;
        var bytes = new List<byte>(tokens.Length * 4);
        foreach (var id in tokens)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(tokens));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, vocabulary.Count, nameof(tokens));
            bytes.AddRange(vocabulary[id]);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private int Run(ReadOnlySpan<char> text, List<int>? ids)
    {
        var vocabulary = _vocabulary.Value;
        PairMerger? merger = null;
        Span<byte> small = stackalloc byte[256];
        var count = 0;
        while (!text.IsEmpty)
        {
            var length = rule(text);
            var most = Encoding.UTF8.GetMaxByteCount(length);
            var bytes = most <= small.Length ? small : new byte[most];
            bytes = bytes[..Encoding.UTF8.GetBytes(text[..length], bytes)];
            text = text[length..];
            if (vocabulary.Find(bytes) is >= 0 and var whole)
            {
                count++;
                ids?.Add(whole);
                continue;
            }

            merger ??= new PairMerger(vocabulary);
            count += merger.Merge(bytes, wholeCharacters: false, byteTokens: -1, ids);
        }

        return count;
    }
}
