using System.Buffers.Binary;
using Conductor.Providers.Local.Encoder.Gguf;

namespace Conductor.Providers.Local.Encoder.Tokens;

/// <summary>The word pieces of a BERT model.</summary>
/// <remarks>
/// GGUF marks a piece that begins a word with U+2581, where BERT's own files mark the others with `##`. Pieces of other kinds than "normal"
/// (the special ones and those never used) are left out: no text can become one.
/// </remarks>
internal sealed class WordPieceVocabulary
{
    private const int NormalPiece = 1;

    private WordPieceVocabulary(int count, int begin, int end, int unknown)
    {
        Count = count;
        Begin = begin;
        End = end;
        Unknown = unknown;
    }

    /// <summary>All ids are below it.</summary>
    public int Count { get; }

    /// <summary>Id of `[CLS]`, which stands before every text.</summary>
    public int Begin { get; }

    /// <summary>Id of `[SEP]`, which stands after every text.</summary>
    public int End { get; }

    /// <summary>Id of `[UNK]`, for a word that cannot be put together from pieces.</summary>
    public int Unknown { get; }

    /// <summary>Pieces that begin a word.</summary>
    public PieceTable Starts { get; } = new();

    /// <summary>Pieces that go on with a word.</summary>
    public PieceTable Continuations { get; } = new();

    /// <exception cref="InvalidDataException">The file holds no such vocabulary.</exception>
    public static WordPieceVocabulary Read(GgufContent content, ReadOnlySpan<byte> file)
    {
        var model = new GgufReader(file, content.Value("tokenizer.ggml.model", GgufValueType.String).Offset).ReadString("the tokenizer's name");
        if (model != "bert")
        {
            throw new InvalidDataException($"Not a usable GGUF file: its tokenizer is '{model}', not 'bert'.");
        }

        var pieces = content.Value("tokenizer.ggml.tokens", GgufValueType.Array);
        var kinds = content.Value("tokenizer.ggml.token_type", GgufValueType.Array);
        if (pieces.ElementType != GgufValueType.String || kinds.ElementType != GgufValueType.Int32 || kinds.Count != pieces.Count)
        {
            throw new InvalidDataException("Not a usable GGUF file: its vocabulary is no list of pieces with a kind for each.");
        }

        var vocabulary = new WordPieceVocabulary(
            pieces.Count, Id(content, file, "cls", pieces.Count), Id(content, file, "seperator", pieces.Count), Id(content, file, "unknown", pieces.Count));
        var reader = new GgufReader(file, pieces.Offset);
        for (var id = 0; id < pieces.Count; id++)
        {
            var piece = reader.ReadUtf8("a piece");
            if (BinaryPrimitives.ReadInt32LittleEndian(file[((int)kinds.Offset + (id * sizeof(int)))..]) == NormalPiece)
            {
                vocabulary.Add(piece, id);
            }
        }

        vocabulary.Starts.Build();
        vocabulary.Continuations.Build();
        return vocabulary;
    }

    private static int Id(GgufContent content, ReadOnlySpan<byte> file, string name, int count)
    {
        var key = $"tokenizer.ggml.{name}_token_id";
        var id = content.Int32(file, key);
        return id < count ? id : throw new InvalidDataException($"Not a usable GGUF file: '{key}' names no piece.");
    }

    private void Add(ReadOnlySpan<byte> piece, int id)
    {
        var isStart = piece.StartsWith("\u2581"u8);
        piece = isStart ? piece["\u2581"u8.Length..] : piece;
        if (piece.Length is > 0 and <= WordBuffer.MaxBytes)
        {
            (isStart ? Starts : Continuations).Add(piece, id);
        }
    }
}
