namespace Conductor.Providers.Local.Entities;

internal enum TokenKind
{
    /// <summary>Nothing: before the first token or after the last.</summary>
    None,
    Word,
    Digits,
    Symbol,
}

/// <summary>A run of letters, a run of ASCII digits, or one character of any other kind that is not white space.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Lower">In lower case; empty for a run so long that it is no word or number anybody uses.</param>
/// <param name="IsJoined">Whether the token before stands right in front of it, without white space.</param>
internal readonly record struct EntityToken(TokenKind Kind, int Start, int End, string Lower, bool IsJoined)
{
    public int Length => End - Start;

    public bool Is(string lower) => Lower == lower;

    public bool IsSymbol(char character) => Kind is TokenKind.Symbol && Lower.Length == 1 && Lower[0] == character;
}
