using System.Buffers;
using System.Globalization;
using System.Text;

namespace Conductor.Providers.Local.Encoder.Tokens;

/// <summary>Cuts texts into the word pieces of an uncased BERT model.</summary>
/// <remarks>
/// As BERT's own tokenizer: control characters go, accents go, letters become small, every punctuation mark and every Chinese character is a word,
/// and a word is cut from its beginning into the longest pieces there are. A half of a surrogate pair goes like a control character.
/// What reads like a special piece ("[SEP]") is text like any other.
/// </remarks>
internal sealed class WordPieceTokenizer(WordPieceVocabulary vocabulary)
{
    private const int MostParts = 4;

    private readonly Decompositions _decompositions = new();

    /// <summary>The pieces of a text, without the special ones at its ends.</summary>
    public List<int> Tokenize(string text)
    {
        var pieces = new List<int>(Math.Min(text.Length / 3, 1024) + 2);
        var word = new WordBuffer(stackalloc byte[WordBuffer.MaxBytes]);
        Span<Rune> parts = stackalloc Rune[MostParts];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (rest[0] < 0x80)
            {
                AddAscii((byte)rest[0], ref word, pieces);
                rest = rest[1..];
                continue;
            }

            var status = Rune.DecodeFromUtf16(rest, out var character, out var consumed);
            rest = rest[consumed..];
            if (status == OperationStatus.Done)
            {
                Add(character, parts, ref word, pieces);
            }
        }

        Flush(ref word, pieces);
        return pieces;
    }

    private void AddAscii(byte character, ref WordBuffer word, List<int> pieces)
    {
        if (char.IsAsciiLetterOrDigit((char)character))
        {
            word.Add(character is >= (byte)'A' and <= (byte)'Z' ? (byte)(character | 0x20) : character);
        }
        else if (character is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            Flush(ref word, pieces);
        }
        else if (character is > (byte)' ' and < 0x7F)
        {
            Flush(ref word, pieces);
            word.Add(character);
            Flush(ref word, pieces);
        }
    }

    private void Add(Rune character, Span<Rune> parts, ref WordBuffer word, List<int> pieces)
    {
        var category = Rune.GetUnicodeCategory(character);
        if (character.Value == 0xFFFD || category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse)
        {
            return;
        }

        if (Rune.IsWhiteSpace(character))
        {
            Flush(ref word, pieces);
            return;
        }

        var isChinese = IsChinese(character.Value);
        if (isChinese)
        {
            Flush(ref word, pieces);
        }

        foreach (var part in parts[.._decompositions.Read(character, parts)])
        {
            if (part.IsAscii)
            {
                AddAscii((byte)part.Value, ref word, pieces);
                continue;
            }

            var kind = Rune.GetUnicodeCategory(part);
            if (kind == UnicodeCategory.NonSpacingMark)
            {
                continue;
            }

            if (IsPunctuation(kind))
            {
                Flush(ref word, pieces);
                word.Add(part);
                Flush(ref word, pieces);
                continue;
            }

            word.Add(Rune.ToLowerInvariant(part));
        }

        if (isChinese)
        {
            Flush(ref word, pieces);
        }
    }

    // Cuts the word that was read, if there is one, and empties the buffer.
    private void Flush(ref WordBuffer word, List<int> pieces)
    {
        if (word.IsEmpty)
        {
            return;
        }

        var before = pieces.Count;
        var rest = word.Bytes;
        var isUnknown = word.IsTooLong;
        for (var table = vocabulary.Starts; !isUnknown && !rest.IsEmpty; table = vocabulary.Continuations)
        {
            var piece = table.FindLongest(rest, out var length);
            isUnknown = piece < 0;
            pieces.Add(piece);
            rest = rest[length..];
        }

        if (isUnknown)
        {
            pieces.RemoveRange(before, pieces.Count - before);
            pieces.Add(vocabulary.Unknown);
        }

        word.Clear();
    }

    private static bool IsPunctuation(UnicodeCategory category) => category is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
        or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
        or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    // The blocks that BERT's authors counted: ideographs only, neither kana nor Hangul.
    private static bool IsChinese(int value) => value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
