namespace Conductor.Tokens;

/// <summary>
/// Cuts text into the pieces that pairs are joined within. What OpenAI publishes as one regular expression for each vocabulary is written out here: .NET's
/// expressions do not know characters outside of the basic plane, and theirs look back and forth in a way that a long text could make slow.
/// </summary>
internal static class PieceCutter
{
    /// <summary>The length of the first piece of a text that is not empty.</summary>
    public delegate int Rule(ReadOnlySpan<char> text);

    /// <summary>
    /// cl100k_base: contractions; words, with one sign before them that is no letter, number or line end; up to three digits; signs with a space before and line ends
    /// after them; white space up to its last line end; white space but its last character, where something follows; white space.
    /// </summary>
    public static int Cl100k(ReadOnlySpan<char> text)
    {
        if (Contraction(text) is > 0 and var contraction)
        {
            return contraction;
        }

        var kind = CharacterKinds.At(text, out var first);
        if (kind.IsLetter())
        {
            return first + Letters(text[first..]);
        }

        if (kind is not (CharacterKind.Number or CharacterKind.LineEnd) && Letters(text[first..]) is > 0 and var word)
        {
            return first + word;
        }

        return kind == CharacterKind.Number ? Digits(text) : Signs(text, withSlash: false) is > 0 and var signs ? signs : White(text);
    }

    /// <summary>o200k_base: as above, but a word is cut where a lower case letter is followed by an upper case one, has its contraction with it, and signs may be followed by slashes, too.</summary>
    public static int O200k(ReadOnlySpan<char> text)
    {
        var kind = CharacterKinds.At(text, out var first);
        var mayPrefix = !kind.IsLetter() && kind is not (CharacterKind.Number or CharacterKind.LineEnd);
        var word = mayPrefix && Capitalized(text[first..]) is > 0 and var after ? first + after : Capitalized(text);
        if (word == 0)
        {
            word = mayPrefix && Uppercase(text[first..]) is > 0 and var upper ? first + upper : Uppercase(text);
        }

        if (word > 0)
        {
            return word + Contraction(text[word..]);
        }

        return kind == CharacterKind.Number ? Digits(text) : Signs(text, withSlash: true) is > 0 and var signs ? signs : White(text);
    }

    // [Lu Lt Lm Lo M]* [Ll Lm Lo M]+ : the first run gives back as little as the second needs to begin with.
    private static int Capitalized(ReadOnlySpan<char> text)
    {
        var at = 0;
        var lastShared = -1; // the end of the last character so far that could belong to either run
        while (at < text.Length)
        {
            var kind = CharacterKinds.At(text[at..], out var length);
            if (kind is not (CharacterKind.Upper or CharacterKind.Caseless or CharacterKind.Mark))
            {
                break;
            }

            at += length;
            lastShared = kind == CharacterKind.Upper ? lastShared : at;
        }

        var end = Tail(text, at);
        return end > at ? end : Math.Max(lastShared, 0);
    }

    // [Lu Lt Lm Lo M]+ [Ll Lm Lo M]*
    private static int Uppercase(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && CharacterKinds.At(text[at..], out var length) is CharacterKind.Upper or CharacterKind.Caseless or CharacterKind.Mark)
        {
            at += length;
        }

        return at > 0 ? Tail(text, at) : 0;
    }

    private static int Tail(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && CharacterKinds.At(text[at..], out var length) is CharacterKind.Lower or CharacterKind.Caseless or CharacterKind.Mark)
        {
            at += length;
        }

        return at;
    }

    private static int Letters(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && CharacterKinds.At(text[at..], out var length).IsLetter())
        {
            at += length;
        }

        return at;
    }

    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
        {
            return 0;
        }

        var first = (char)(text[1] | 0x20);
        if (first is 's' or 't' or 'm' or 'd' && char.IsAsciiLetter(text[1]))
        {
            return 2;
        }

        if (text.Length < 3 || !char.IsAsciiLetter(text[1]) || !char.IsAsciiLetter(text[2]))
        {
            return 0;
        }

        return (first, (char)(text[2] | 0x20)) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var at = 0;
        for (var i = 0; i < 3 && at < text.Length && CharacterKinds.At(text[at..], out var length) == CharacterKind.Number; i++)
        {
            at += length;
        }

        return at;
    }

    private static int Signs(ReadOnlySpan<char> text, bool withSlash)
    {
        var begin = text[0] == ' ' ? 1 : 0;
        var at = begin;
        while (at < text.Length && CharacterKinds.At(text[at..], out var length) is CharacterKind.Other or CharacterKind.Mark)
        {
            at += length;
        }

        if (at == begin)
        {
            return 0;
        }

        while (at < text.Length && (text[at] is '\r' or '\n' || (withSlash && text[at] == '/')))
        {
            at++;
        }

        return at;
    }

    private static int White(ReadOnlySpan<char> text)
    {
        var run = 0;
        var afterLineEnd = 0;
        while (run < text.Length && CharacterKinds.At(text[run..], out var length) is var kind && kind.IsWhite())
        {
            run += length;
            afterLineEnd = kind == CharacterKind.LineEnd ? run : afterLineEnd;
        }

        return afterLineEnd > 0 ? afterLineEnd
            : run > 1 && run < text.Length ? run - 1 // the last one goes with the word that follows; all white space is one unit long
            : run;
    }
}
