using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Conductor.Prompts;

/// <summary>
/// The hardened mode's text while it is being rendered. Markup is only what the author wrote, and is told apart by marks that no argument can hold:
/// the template's own less, greater and ampersand signs become noncharacters before anything is inserted; arguments are HTML-encoded, as in Semantic
/// Kernel, and what XML cannot carry (controls, carriage returns, lone surrogates, the marks themselves) is escaped.
/// </summary>
internal static partial class MarkedText
{
    // Noncharacters: Unicode keeps them for use inside a program.
    public const char Less = '\uFDD0';
    public const char Greater = '\uFDD1';
    public const char Ampersand = '\uFDD2';

    /// <summary>Begins a pair that stands for one character.</summary>
    public const char Escape = '\uFDD3';

    private const char LastMark = Escape;
    private const int ControlBase = 0xE000;
    private const int MarkBase = 0xE020;
    private const int NonXmlBase = 0xE030;
    private const int SurrogateBase = 0xE100;

    private static readonly string EscapedReturn = $"{Escape}{(char)(ControlBase + '\r')}";

    /// <summary>What no text is copied with as it is: markup, quotes, marks, Latin-1 above ASCII, surrogates, and what XML cannot carry.</summary>
    public static readonly SearchValues<char> Special = SearchValues.Create(SpecialCharacters());
    private static readonly SearchValues<char> Marks = SearchValues.Create([Less, Greater, Ampersand, Escape]);
    private static readonly SearchValues<char> MarkedOrEncoded = SearchValues.Create([Less, Greater, Ampersand, Escape, '&']);

    /// <summary>An argument's text: nothing in it can become markup.</summary>
    public static string Encode(string text)
    {
        var first = text.AsSpan().IndexOfAny(Special);
        if (first < 0)
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 32);
        var done = 0;
        for (var i = first; i >= 0; i = NextSpecial(text, done))
        {
            encoded.Append(text, done, i - done);
            var letter = text[i];
            switch (letter)
            {
                case '<':
                    encoded.Append("&lt;");
                    break;
                case '>':
                    encoded.Append("&gt;");
                    break;
                case '&':
                    encoded.Append("&amp;");
                    break;
                case '"':
                    encoded.Append("&quot;");
                    break;
                case '\'':
                    encoded.Append("&#39;");
                    break;
                case >= '\u00A0' and <= '\u00FF':
                    encoded.Append(CultureInfo.InvariantCulture, $"&#{(int)letter};");
                    break;
                default:
                    if (char.IsHighSurrogate(letter) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                    {
                        encoded.Append(CultureInfo.InvariantCulture, $"&#{char.ConvertToUtf32(letter, text[++i])};");
                    }
                    else
                    {
                        AppendEscaped(encoded, letter);
                    }

                    break;
            }

            done = i + 1;
        }

        return encoded.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>
    /// A name that a user may have made, a map's key for example, as templates print it with @key. Names that are text already stay, so that templates find them.
    /// </summary>
    public static string EncodeName(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            var letter = name[i];
            if (char.IsHighSurrogate(letter) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                i++;
            }
            else if (letter is not (>= '\u00A0' and <= '\u00FF') && Special.Contains(letter))
            {
                return Encode(name);
            }
        }

        return name;
    }

    /// <summary>Whether a pair that begins with <see cref="Escape"/> ends with this character; a template can tear pairs apart.</summary>
    public static bool IsEscaped(char code) => code is >= (char)ControlBase and < (char)(SurrogateBase + 0x800);

    /// <summary>An argument that the prompt's author lets stand as markup.</summary>
    public static string Markup(string text) => text.AsSpan().IndexOfAny(Special) < 0 ? text : Mark(text, '&');

    /// <summary>The author's own text.</summary>
    public static string Template(string text) => Mark(text, Ampersand);

    /// <summary>A handlebars template: its text, and what stands in quotes inside of an expression.</summary>
    public static string HandlebarsTemplate(string template)
    {
        // The signs that belong to the language itself stay: {{> partial}} and {{& x}}.
        var marked = new StringBuilder(template.Length);
        var done = 0;
        foreach (var sign in LanguageSigns().EnumerateMatches(template))
        {
            var at = sign.Index + sign.Length - 1;
            marked.Append(Template(template[done..at])).Append(template[at]);
            done = at + 1;
        }

        return done == 0 ? Template(template) : marked.Append(Template(template[done..])).ToString();
    }

    /// <summary>What a function of ours sees: plain text.</summary>
    public static string Plain(string text) => text.AsSpan().IndexOfAny(MarkedOrEncoded) < 0 ? text : Unescape(WebUtility.HtmlDecode(Unmark(text)));

    /// <summary>Marks become the signs they stand for; escapes stay.</summary>
    public static string Unmark(string text) => text.AsSpan().IndexOfAny(Marks) < 0
        ? text
        : text.Replace(Less, '<').Replace(Greater, '>').Replace(Ampersand, '&');

    /// <summary>Escapes become the characters they stand for.</summary>
    public static string Unescape(string text)
    {
        var first = text.IndexOf(Escape, StringComparison.Ordinal);
        if (first < 0)
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        plain.Append(text, 0, first);
        for (var i = first; i < text.Length; i++)
        {
            plain.Append(text[i] == Escape && i + 1 < text.Length && IsEscaped(text[i + 1]) ? FromEscape(text[++i]) : text[i]);
        }

        return plain.ToString();
    }

    /// <summary>Carriage returns only: they count as white space at a message's ends.</summary>
    public static string UnescapeReturns(string text) =>
        text.Contains(Escape, StringComparison.Ordinal) ? text.Replace(EscapedReturn, "\r", StringComparison.Ordinal) : text;

    /// <summary>Appends what XML cannot carry as an escape, anything else as it is.</summary>
    public static void AppendEscaped(StringBuilder target, char letter)
    {
        int? escape = letter switch
        {
            '\t' or '\n' => null,
            < ' ' => ControlBase + letter,
            >= Less and <= LastMark => MarkBase + (letter - Less),
            >= '\uFFFE' => NonXmlBase + (letter - '\uFFFE'),
            >= '\uD800' and <= '\uDFFF' => SurrogateBase + (letter - '\uD800'),
            _ => null,
        };
        if (escape is { } code)
        {
            target.Append(Escape).Append((char)code);
        }
        else
        {
            target.Append(letter);
        }
    }

    /// <summary>Where the next character stands that is not copied as it is; -1 for none.</summary>
    private static int NextSpecial(string text, int start)
    {
        var next = text.AsSpan(start).IndexOfAny(Special);
        return next < 0 ? -1 : start + next;
    }

    private static string Mark(string text, char ampersand)
    {
        var marked = new StringBuilder(text.Length + 8);
        var done = 0;
        for (var i = NextSpecial(text, 0); i >= 0; i = NextSpecial(text, done))
        {
            marked.Append(text, done, i - done);
            switch (text[i])
            {
                case '<':
                    marked.Append(Less);
                    break;
                case '>':
                    marked.Append(Greater);
                    break;
                case '&':
                    marked.Append(ampersand);
                    break;
                case var high when char.IsHighSurrogate(high) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]):
                    marked.Append(high).Append(text[++i]);
                    break;
                case var other:
                    AppendEscaped(marked, other);
                    break;
            }

            done = i + 1;
        }

        return marked.Append(text, done, text.Length - done).ToString();
    }

    private static char FromEscape(char code) => (int)code switch
    {
        >= SurrogateBase => (char)('\uD800' + (code - SurrogateBase)),
        >= NonXmlBase => (char)('\uFFFE' + (code - NonXmlBase)),
        >= MarkBase => (char)(Less + (code - MarkBase)),
        _ => (char)(code - ControlBase),
    };

    private static char[] SpecialCharacters()
    {
        var special = new List<char> { '<', '>', '&', '"', '\'' };
        for (var letter = '\0'; letter < char.MaxValue; letter++)
        {
            if (letter is >= '\u00A0' and <= '\u00FF' or >= Less and <= LastMark || char.IsSurrogate(letter)
                || (!XmlConvert.IsXmlChar(letter) && letter is not ('\t' or '\n')) || letter == '\r')
            {
                special.Add(letter);
            }
        }

        special.Add(char.MaxValue);
        return [.. special];
    }

    [GeneratedRegex(@"\{\{\{?~?\s*(?:#\s*)?[>&]", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageSigns();
}
