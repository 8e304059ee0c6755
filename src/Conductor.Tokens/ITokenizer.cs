namespace Conductor.Tokens;

/// <summary>Cuts text into the tokens of one vocabulary. Thread-safe. Its time grows with the text's length and its logarithm, whatever the text.</summary>
public interface ITokenizer
{
    /// <summary>For example `o200k_base`.</summary>
    string Name { get; }

    /// <summary>How many tokens a text has. Marks of special tokens in it, such as `&lt;|endoftext|&gt;`, are ordinary text; half of a surrogate pair counts as U+FFFD.</summary>
    int Count(ReadOnlySpan<char> text);

    /// <summary>The tokens' ids, in order.</summary>
    IReadOnlyList<int> Encode(ReadOnlySpan<char> text);

    /// <summary>The text of some tokens; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> tokens);
}
