namespace Conductor.Privacy;

/// <summary>Finds addresses of e-mail: a local part of at most 64 characters, a domain of at most 253 with a dot and a last label of letters.</summary>
internal static class EmailDetector
{
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;
    private const int LongestLabel = 63;

    /// <summary>The most characters that have to be seen before it is known whether an address begins somewhere.</summary>
    public const int Reach = LongestLocal + 1 + LongestDomain + 2;

    public static Detection At(TextView text)
    {
        if (!IsLocalStart(text.At(0)))
        {
            return Detection.None;
        }

        var at = 0;
        while (at < LongestLocal && IsLocal(text.At(at)) && !(text.At(at) == '.' && text.At(at + 1) == '.'))
        {
            at++;
        }

        return text.IsOpenAt(at) || (text.At(at) == '.' && text.IsOpenAt(at + 1)) ? Detection.Open
            : text.At(at) != '@' || text.At(at - 1) == '.' ? Detection.None
            : Domain(text, at + 1);
    }

    // As many labels as there are; the address ends with the last of them that begins like a top-level domain behind a dot.
    private static Detection Domain(TextView text, int start)
    {
        var at = start;
        var end = 0;
        while (true)
        {
            var label = at;
            while (at - label < LongestLabel && at - start < LongestDomain && IsLabel(text.At(at)))
            {
                at++;
            }

            var isFull = at - label == LongestLabel || at - start >= LongestDomain;
            if (!isFull && text.IsOpenAt(at))
            {
                return Detection.Open;
            }

            if (at == label || text.At(label) == '-')
            {
                break;
            }

            if (label > start && TopLevel(text.Rest[label..at]) is > 0 and var length)
            {
                end = label + length;
            }

            if (isFull || text.At(at) != '.')
            {
                break;
            }

            at++;
        }

        return new Detection(end);
    }

    private static bool IsLabel(char letter) => char.IsLetterOrDigit(letter) || letter == '-';

    // Two letters or more, which may end in a hyphen that is the sentence's.
    private static int TopLevel(ReadOnlySpan<char> label)
    {
        if (label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
        {
            return label.TrimEnd('-').Length;
        }

        var letters = 0;
        while (letters < label.Length && char.IsLetter(label[letters]))
        {
            letters++;
        }

        return letters >= 2 && (letters == label.Length || label[letters] == '-') ? letters : 0;
    }

    /// <summary>Whether a character may stand in a local part.</summary>
    public static bool IsLocal(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '%' or '+' or '-';

    private static bool IsLocalStart(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
