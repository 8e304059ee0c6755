using System.Text;

namespace Conductor.Providers.Local.Entities;

/// <summary>A text and its tokens; indices outside them give a token of no kind, so that readers may look ahead without asking how far.</summary>
internal sealed class EntityText
{
    // No word that is looked up is longer, and no number is a decimal beyond 28 digits.
    private const int LongestToken = 48;

    private readonly List<EntityToken> _tokens = [];

    private EntityText(string text) => Text = text;

    public string Text { get; }

    public int Count => _tokens.Count;

    public EntityToken this[int index] => (uint)index < (uint)_tokens.Count ? _tokens[index] : new EntityToken(TokenKind.None, Text.Length, Text.Length, "", false);

    public static EntityText Read(string text)
    {
        var read = new EntityText(text);
        var before = -1;
        for (var index = 0; index < text.Length;)
        {
            if (char.IsWhiteSpace(text[index]))
            {
                index++;
                continue;
            }

            var start = index;
            var kind = KindAt(text, index, out var length);
            index += length;
            while (kind is not TokenKind.Symbol && index < text.Length && Continues(text, index, kind, out length))
            {
                index += length;
            }

            var lower = index - start > LongestToken ? "" : text[start..index].ToLowerInvariant();
            read._tokens.Add(new EntityToken(kind, start, index, lower, start == before));
            before = index;
        }

        return read;
    }

    /// <summary>Whether the character before an index belongs to a word, so that what begins there is only a part of it.</summary>
    public bool IsInsideWord(int index) => index > 0 && index < Text.Length && char.IsLetterOrDigit(Text[index - 1]) && char.IsLetterOrDigit(Text[index]);

    /// <summary>Whether a word begins with a small letter: "5g" is a weight, "5G" is none.</summary>
    public bool IsSmall(int index) => this[index].Kind is TokenKind.Word && char.IsLower(Text[this[index].Start]);

    private static TokenKind KindAt(string text, int index, out int length)
    {
        if (char.IsAsciiDigit(text[index]))
        {
            length = 1;
            return TokenKind.Digits;
        }

        Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out length);
        return Rune.IsLetter(rune) ? TokenKind.Word : TokenKind.Symbol;
    }

    private static bool Continues(string text, int index, TokenKind kind, out int length)
    {
        if (KindAt(text, index, out length) == kind)
        {
            return true;
        }

        return kind is TokenKind.Word && char.GetUnicodeCategory(text[index]) is System.Globalization.UnicodeCategory.NonSpacingMark;
    }
}
