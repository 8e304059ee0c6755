using System.Text;

namespace Conductor.Tokens;

/// <summary>
/// Llama 2's vocabulary, as SentencePiece reads it: no pieces, all of the text is one; a space before it, spaces are U+2581, characters are joined, and one that is
/// no token falls apart into the tokens of its bytes. The token that begins a text is not counted: it belongs to the conversation, not to the text.
/// </summary>
internal sealed class LlamaTokenizer : ITokenizer
{
    private const int FirstByteToken = 3;
    private const int FirstText = FirstByteToken + 256;
    private const char Space = '\u2581';

    private readonly Lazy<Vocabulary> _vocabulary = new(() => Vocabulary.Load("llama2"));

    public string Name => "llama2";

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
            if (id is >= FirstByteToken and < FirstText)
            {
                bytes.Add((byte)(id - FirstByteToken));
            }
            else
            {
                bytes.AddRange(vocabulary[id]);
            }
        }

        var text = Encoding.UTF8.GetString([.. bytes]).Replace(Space, ' ');
        return text.StartsWith(' ') ? text[1..] : text;
    }

    private int Run(ReadOnlySpan<char> text, List<int>? ids)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        var spaced = new char[text.Length + 1];
        spaced[0] = Space;
        text.Replace(spaced.AsSpan(1), ' ', Space);
        var vocabulary = _vocabulary.Value;
        return new PairMerger(vocabulary, RankOf).Merge(Encoding.UTF8.GetBytes(spaced), wholeCharacters: true, FirstByteToken, ids);

        // Runs of nothing but spaces all have the one lowest score: words take their space before a run grows.
        int RankOf(int id) => IsSpacesOnly(vocabulary[id]) ? int.MaxValue : id;
    }

    private static bool IsSpacesOnly(ReadOnlySpan<byte> token)
    {
        while (token.StartsWith("\u2581"u8))
        {
            token = token["\u2581"u8.Length..];
        }

        return token.IsEmpty;
    }
}
