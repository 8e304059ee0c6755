namespace Conductor.Host.Redaction;

/// <summary>Keys that are told by their form: those of providers and clouds, of callers, tokens behind `Bearer`, signed tokens.</summary>
internal static class SecretPatterns
{
    // By what each begins with, how it goes on, and how much of that it takes at least. Shorter ones stand in examples and in sentences about keys.
    private static readonly (byte[] Beginning, int Least, int Most, Func<byte, bool> Goes)[] Forms =
    [
        ("sk-"u8.ToArray(), 16, int.MaxValue, IsName),
        ("sk_live_"u8.ToArray(), 12, int.MaxValue, IsName),
        ("ck_live_"u8.ToArray(), 8, int.MaxValue, IsName),
        ("ck_boot_"u8.ToArray(), 12, int.MaxValue, IsName),
        ("AKIA"u8.ToArray(), 16, 16, IsUpper),
        ("ASIA"u8.ToArray(), 16, 16, IsUpper),
        ("AIza"u8.ToArray(), 30, int.MaxValue, IsName),
        ("gsk_"u8.ToArray(), 20, int.MaxValue, IsName),
        ("hf_"u8.ToArray(), 20, int.MaxValue, IsName),
        ("ghp_"u8.ToArray(), 20, int.MaxValue, IsName),
    ];

    private static readonly byte[] Bearer = "earer "u8.ToArray();
    private static readonly byte[] Signed = "eyJ"u8.ToArray();

    /// <summary>Whether any of them may be there: nearly every text ends here.</summary>
    public static bool MayHold(ReadOnlySpan<byte> text)
    {
        foreach (var form in Forms)
        {
            if (text.IndexOf(form.Beginning) >= 0)
            {
                return true;
            }
        }

        return text.IndexOf(Bearer) >= 0 || text.IndexOf(Signed) >= 0;
    }

    /// <summary>What of a text from a place on is to be hidden: nothing, or from <c>Start</c> to <c>End</c>. <c>Next</c> is where the look goes on.</summary>
    public static (int Start, int End, int Next) At(ReadOnlySpan<byte> text, int at)
    {
        switch (text[at])
        {
            case (byte)'B' or (byte)'b' when text[(at + 1)..].StartsWith(Bearer):
                var token = at + 1 + Bearer.Length;
                var end = token + Run(text[token..], IsToken);
                return end - token >= 8 ? (token, end, end) : (at, at, token);
            case (byte)'e' when text[at..].StartsWith(Signed) && IsBeginning(text, at):
                return AtSigned(text, at);
            case (byte)'s' or (byte)'c' or (byte)'A' or (byte)'g' or (byte)'h' when IsBeginning(text, at):
                foreach (var form in Forms)
                {
                    if (text[at..].StartsWith(form.Beginning))
                    {
                        var from = at + form.Beginning.Length;
                        var length = Run(text[from..], form.Goes);
                        return length >= form.Least && length <= form.Most ? (at, from + length, from + length) : (at, at, from + length);
                    }
                }

                break;
            default:
                break;
        }

        return (at, at, at + 1);
    }

    // header.claims.signature, each in base64url.
    private static (int Start, int End, int Next) AtSigned(ReadOnlySpan<byte> text, int at)
    {
        var first = at + Run(text[at..], IsName);
        if (first - at < 10 || first >= text.Length || text[first] != (byte)'.')
        {
            return (at, at, first);
        }

        var second = first + 1 + Run(text[(first + 1)..], IsName);
        if (second - first < 8 || second >= text.Length || text[second] != (byte)'.')
        {
            return (at, at, first);
        }

        var third = second + 1 + Run(text[(second + 1)..], IsName);
        return (at, third, third);
    }

    private static int Run(ReadOnlySpan<byte> text, Func<byte, bool> goes)
    {
        var length = 0;
        while (length < text.Length && goes(text[length]))
        {
            length++;
        }

        return length;
    }

    // Not inside of a word: `task-force` is none. What JSON writes with a backslash before it is no word.
    private static bool IsBeginning(ReadOnlySpan<byte> text, int at) =>
        at == 0 || !char.IsAsciiLetterOrDigit((char)text[at - 1]) || (at >= 2 && text[at - 2] == (byte)'\\') || (at >= 6 && text[at - 6] == (byte)'\\' && text[at - 5] == (byte)'u');

    private static bool IsName(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_';

    private static bool IsUpper(byte value) => value is (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9');

    private static bool IsToken(byte value) => IsName(value) || value is (byte)'.' or (byte)'~' or (byte)'+' or (byte)'/' or (byte)'=';
}
