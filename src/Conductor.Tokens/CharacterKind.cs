using System.Globalization;
using System.Text;

namespace Conductor.Tokens;

/// <summary>What the cutting rules know of a character.</summary>
internal enum CharacterKind : byte
{
    /// <summary>Punctuation, symbols, controls, what is not assigned.</summary>
    Other,

    /// <summary>Lu, Lt.</summary>
    Upper,

    /// <summary>Ll.</summary>
    Lower,

    /// <summary>Lm, Lo: letters without case.</summary>
    Caseless,

    /// <summary>M: joins a word, and is no letter.</summary>
    Mark,

    /// <summary>N.</summary>
    Number,

    /// <summary>White space but CR and LF.</summary>
    Space,

    /// <summary>CR, LF.</summary>
    LineEnd,
}

internal static class CharacterKinds
{
    private static readonly CharacterKind[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Slow(new Rune(c)))];

    /// <summary>The character at the beginning of a text that is not empty, and how many UTF-16 units it has. Half of a surrogate pair is <see cref="CharacterKind.Other"/>.</summary>
    public static CharacterKind At(ReadOnlySpan<char> text, out int length)
    {
        var first = text[0];
        if (first < 128)
        {
            length = 1;
            return Ascii[first];
        }

        // What is not UTF-16 has another meaning as the rune that stands for it: U+FFFD is a symbol, too.
        Rune.DecodeFromUtf16(text, out var rune, out length);
        return Slow(rune);
    }

    public static bool IsLetter(this CharacterKind kind) => kind is CharacterKind.Upper or CharacterKind.Lower or CharacterKind.Caseless;

    public static bool IsWhite(this CharacterKind kind) => kind is CharacterKind.Space or CharacterKind.LineEnd;

    private static CharacterKind Slow(Rune rune)
    {
        if (rune.Value is '\r' or '\n')
        {
            return CharacterKind.LineEnd;
        }

        // Unicode's White_Space, as OpenAI's own implementation has it. JavaScript's \s lacks U+0085 and has U+FEFF.
        if (Rune.IsWhiteSpace(rune))
        {
            return CharacterKind.Space;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharacterKind.Upper,
            UnicodeCategory.LowercaseLetter => CharacterKind.Lower,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterKind.Caseless,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => CharacterKind.Mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
            _ => CharacterKind.Other,
        };
    }
}
