using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace Conductor.Prompts;

/// <summary>Turns marked text into the text and the XML that it stands for.</summary>
internal static class HardenedText
{
    // The longest name that HTML knows has 31 letters (CounterClockwiseContourIntegral); .NET's table ends far below.
    private const int LongestEntity = 34;

    /// <summary>Whether the author's markup speaks of messages.</summary>
    public static bool HasMessages(string marked) => marked.Contains(MarkedText.Less + "message", StringComparison.OrdinalIgnoreCase);

    /// <summary>Well-formed wherever the author's markup is; characters that XML cannot carry stay escaped.</summary>
    /// <param name="marked">The rendered text.</param>
    /// <param name="decodesEntities">Whether the format decodes entities of its template once before the XML is read, as handlebars does.</param>
    public static string ToXml(string marked, bool decodesEntities) => Convert(marked, decodesEntities, asXml: true);

    /// <summary>The text of a prompt without messages, characters that XML cannot carry still escaped.</summary>
    public static string ToText(string marked, bool decodesEntities)
    {
        var text = Convert(marked, decodesEntities, asXml: false);

        // Entities of the template that would decode to a message stay as they are: whoever reads the text again finds no tag in it.
        return decodesEntities && ChatMarkup.LooksLikeChat(text) && !HasMessages(marked) ? Convert(marked, decodesEntities, asXml: true) : text;
    }

    private static string Convert(string marked, bool decodesEntities, bool asXml)
    {
        var text = new StringBuilder(marked.Length + 16);
        for (var i = 0; i < marked.Length; i++)
        {
            var plain = marked.AsSpan(i).IndexOfAny(MarkedText.Special);
            if (plain != 0)
            {
                plain = plain < 0 ? marked.Length - i : plain;
                text.Append(marked, i, plain);
                i += plain - 1;
                continue;
            }

            switch (marked[i])
            {
                case MarkedText.Less:
                    text.Append('<');
                    break;
                case MarkedText.Greater:
                    text.Append('>');
                    break;
                case MarkedText.Ampersand:
                    i += decodesEntities ? AppendEntity(text, marked, i, asXml) : AppendSign(text, '&');
                    break;
                case MarkedText.Escape when i + 1 < marked.Length && MarkedText.IsEscaped(marked[i + 1]):
                    text.Append(MarkedText.Escape).Append(marked[++i]);
                    break;
                case '<':
                    text.Append("&lt;");
                    break;
                case '>':
                    text.Append("&gt;");
                    break;
                case '&' when asXml:
                    text.Append(IsXmlEntity(marked, i + 1) ? "&" : "&amp;");
                    break;
                case var high when char.IsHighSurrogate(high) && i + 1 < marked.Length && char.IsLowSurrogate(marked[i + 1]):
                    text.Append(high).Append(marked[++i]);
                    break;
                case '\r':
                    text.Append('\r'); // the author's own line ends: XML makes \n of them
                    break;
                case var other:
                    MarkedText.AppendEscaped(text, other);
                    break;
            }
        }

        return text.ToString();
    }

    private static int AppendSign(StringBuilder text, char sign)
    {
        text.Append(sign);
        return 0;
    }

    /// <summary>Decodes the entity at <paramref name="at"/> and returns how many characters beyond the sign it took.</summary>
    private static int AppendEntity(StringBuilder text, string marked, int at, bool asXml)
    {
        var rest = marked.AsSpan(at + 1);
        var end = rest[..Math.Min(rest.Length, LongestEntity)].IndexOf(';');
        var name = end < 0 ? default : rest[..end];
        if (end <= 0 || name.ContainsAnyExcept(EntityLetters))
        {
            return AppendSign(text, '&');
        }

        var entity = $"&{name};";
        var decoded = WebUtility.HtmlDecode(entity);
        if (decoded == entity)
        {
            return AppendSign(text, '&');
        }

        if (!asXml)
        {
            text.Append(decoded);
            return end + 1;
        }

        foreach (var letter in decoded)
        {
            switch (letter)
            {
                case '<':
                    text.Append("&lt;");
                    break;
                case '>':
                    text.Append("&gt;");
                    break;
                case '"':
                    text.Append("&quot;");
                    break;
                case '\'':
                    text.Append("&#39;");
                    break;
                case '&':
                    text.Append(IsXmlEntity(marked, at + end + 2) ? "&" : "&amp;");
                    break;
                case var half when char.IsSurrogate(half):
                    text.Append(half); // HtmlDecode writes whole pairs only
                    break;
                default:
                    MarkedText.AppendEscaped(text, letter);
                    break;
            }
        }

        return end + 1;
    }

    private static readonly System.Buffers.SearchValues<char> EntityLetters =
        System.Buffers.SearchValues.Create("#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether an ampersand before <paramref name="start"/> begins an entity that XML knows.</summary>
    private static bool IsXmlEntity(string marked, int start)
    {
        var rest = marked.AsSpan(start);
        var end = rest[..Math.Min(rest.Length, 12)].IndexOf(';');
        if (end <= 0)
        {
            return false;
        }

        var name = rest[..end];
        if (name is "amp" or "lt" or "gt" or "quot" or "apos")
        {
            return true;
        }

        if (name[0] != '#')
        {
            return false;
        }

        var isHex = name is [_, 'x', ..];
        return int.TryParse(
                name[(isHex ? 2 : 1)..], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && (code > 0xFFFF ? code <= 0x10FFFF : XmlConvert.IsXmlChar((char)code));
    }
}
