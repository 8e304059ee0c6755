namespace Conductor.Privacy;

/// <summary>What a detector says of a text from one place on.</summary>
/// <param name="Length">How long what was found is; 0 = nothing begins there; -1 = the text has to go on before that can be said.</param>
internal readonly record struct Detection(int Length)
{
    /// <summary>Nothing begins there, however the text goes on.</summary>
    public static Detection None => default;

    /// <summary>More text is needed.</summary>
    public static Detection Open => new(-1);

    public bool IsOpen => Length < 0;

    public bool IsFound => Length > 0;
}

/// <summary>A text from one place on, which may or may not go on behind its end.</summary>
/// <param name="text">The text.</param>
/// <param name="start">The place.</param>
/// <param name="isWhole">Whether the text ends where it ends.</param>
internal readonly ref struct TextView(ReadOnlySpan<char> text, int start, bool isWhole)
{
    /// <summary>What stands there and behind it.</summary>
    public ReadOnlySpan<char> Rest { get; } = text[start..];

    /// <summary>The character before; `\0` at the beginning.</summary>
    public char Before { get; } = start > 0 ? text[start - 1] : '\0';

    /// <summary>The one before that.</summary>
    public char SecondBefore { get; } = start > 1 ? text[start - 2] : '\0';

    /// <summary>Nothing comes behind the end.</summary>
    public bool IsWhole { get; } = isWhole;

    /// <summary>Whether a word or a number could go on to here from before.</summary>
    public bool IsInsideWord => char.IsLetterOrDigit(Before) || Before == '_' || (Before is '.' or ',' && char.IsAsciiDigit(SecondBefore));

    /// <summary>Whether it is not known what stands at an offset.</summary>
    public bool IsOpenAt(int offset) => offset >= Rest.Length && !IsWhole;

    /// <summary>The character at an offset; `\0` behind the end.</summary>
    public char At(int offset) => offset < Rest.Length ? Rest[offset] : '\0';
}
