using System.Text;
using System.Text.RegularExpressions;

namespace Conductor.Schemas;

/// <summary>A regular expression of a schema, in the dialect that JSON Schema asks for: ECMA-262, ASCII classes, `$` only at the very end.</summary>
internal sealed class SchemaPattern
{
    // The automaton never needs it; an expression with look-around or back references runs backtracking and might.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(250);

    private readonly Regex _regex;

    /// <exception cref="ArgumentException">The text is no regular expression.</exception>
    public SchemaPattern(string text, bool mayBacktrack)
    {
        Text = text;
        var translated = Translate(text);
        try
        {
            _regex = new Regex(translated, (mayBacktrack ? RegexOptions.None : RegexOptions.NonBacktracking) | RegexOptions.CultureInvariant, Timeout);
        }
        catch (NotSupportedException)
        {
            _regex = new Regex(translated, RegexOptions.CultureInvariant, Timeout);
        }
    }

    public string Text { get; }

    /// <summary>Null when the expression took too long to tell.</summary>
    public bool? IsMatch(string value)
    {
        try
        {
            return _regex.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static string Translate(string text)
    {
        var translated = new StringBuilder(text.Length + 8);
        var inClass = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '\\' && i + 1 < text.Length)
            {
                i++;
                translated.Append((text[i], inClass) switch
                {
                    ('d', false) => "[0-9]",
                    ('d', true) => "0-9",
                    ('D', false) => "[^0-9]",
                    ('w', false) => "[A-Za-z0-9_]",
                    ('w', true) => "A-Za-z0-9_",
                    ('W', false) => "[^A-Za-z0-9_]",
                    _ => $"\\{text[i]}",
                });
                continue;
            }

            if (inClass)
            {
                // ECMA-262 has no subtraction and no nesting: `[` inside a class is a letter.
                _ = letter == '[' ? translated.Append("\\[") : translated.Append(letter);
                inClass = letter != ']';
            }
            else
            {
                inClass = letter == '[';
                _ = letter == '$' ? translated.Append("\\z") : translated.Append(letter);
            }
        }

        return translated.ToString();
    }
}
