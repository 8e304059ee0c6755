using System.Text;

namespace Conductor.Invoke;

/// <summary>
/// A model's plain text as it comes, in the form in which it is both streamed and read into the result: without white space at its ends, and valid Unicode.
/// What is given out piece by piece and <see cref="Whole"/> are the same text, because both are made here.
/// </summary>
internal sealed class PlainText
{
    private readonly StringBuilder _whole = new();
    private readonly StringBuilder _held = new(); // white space that may turn out to be the end, half a pair whose other half may come

    /// <summary>What has been given out so far.</summary>
    public string Whole => _whole.ToString();

    /// <summary>A whole text at once.</summary>
    public static string Of(string text)
    {
        var plain = new PlainText();
        plain.Add(text);
        plain.Finish();
        return plain.Whole;
    }

    /// <summary>Takes the next piece.</summary>
    /// <returns>What can be given out now; may be empty.</returns>
    public string Add(string piece)
    {
        if (piece.Length == 0)
        {
            return "";
        }

        _held.Append(piece);
        if (string.IsNullOrWhiteSpace(piece))
        {
            return ""; // a model that writes nothing but line ends to its limit must not have them copied anew with each
        }

        var ready = _held.ToString();
        if (_whole.Length == 0)
        {
            ready = ready.TrimStart();
        }

        var end = ready.AsSpan().TrimEnd().Length;
        if (end > 0 && end == ready.Length && char.IsHighSurrogate(ready[end - 1]))
        {
            end--;
            end = ready.AsSpan(0, end).TrimEnd().Length;
        }

        _held.Clear().Append(ready, end, ready.Length - end);
        return GiveOut(ready[..end]);
    }

    /// <summary>The text has ended.</summary>
    /// <returns>What remains to be given out; empty but for a text that ends in half a pair.</returns>
    public string Finish()
    {
        var rest = _held.ToString().TrimEnd();
        _held.Clear();
        return GiveOut(_whole.Length == 0 ? rest.TrimStart() : rest);
    }

    private string GiveOut(string text)
    {
        text = WithoutHalves(text);
        _whole.Append(text);
        return text;
    }

    // Half a surrogate pair is no text; it would be lost, or fail, wherever the text is written as UTF-8.
    private static string WithoutHalves(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.ToString()); // a half is read as U+FFFD
        }

        return clean.ToString();
    }
}
