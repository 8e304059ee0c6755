using System.Globalization;

namespace Conductor.Telemetry;

/// <summary>Makes text from outside fit for one log line or one label: no line breaks, no control characters, a bounded length.</summary>
internal static class LogText
{
    /// <summary><paramref name="text"/> without characters that could forge or reorder a line, cut at <paramref name="maxLength"/> UTF-16 code units.</summary>
    public static string Clean(string? text, int maxLength = 256)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var bad = FirstUnsafe(text);
        if (bad < 0)
        {
            return text.Length <= maxLength ? text : Cut(text, maxLength);
        }

        var kept = text.Length <= 1024 ? stackalloc char[text.Length] : new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsUnsafe(text, i))
            {
                kept[length++] = text[i];
            }
        }

        return Cut(new string(kept[..length]), maxLength);
    }

    private static int FirstUnsafe(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            // Printable ASCII is nearly everything that comes by.
            if (text[i] is < ' ' or > '~' && IsUnsafe(text, i))
            {
                return i;
            }
        }

        return -1;
    }

    // Control: CR, LF, escape sequences. Format: bidirectional overrides that show a line in another order. Surrogate: half of a pair.
    private static bool IsUnsafe(string text, int index)
    {
        var c = text[index];
        if (char.IsHighSurrogate(c))
        {
            return index + 1 >= text.Length || !char.IsLowSurrogate(text[index + 1]);
        }

        if (char.IsLowSurrogate(c))
        {
            return index == 0 || !char.IsHighSurrogate(text[index - 1]);
        }

        return char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

    private static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return text;
        }

        // Never between the halves of a pair.
        return char.IsHighSurrogate(text[maxLength - 1]) ? text[..(maxLength - 1)] : text[..maxLength];
    }
}
