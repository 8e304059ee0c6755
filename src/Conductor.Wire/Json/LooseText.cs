using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Conductor.Wire;

/// <summary>A JSON string's text even where it holds half of a surrogate pair, as a stream does that cuts a character in two: the next piece may bring the other half.</summary>
public static class LooseText
{
    /// <summary>Reads it. A half stays a half; whoever writes it as UTF-8 writes U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The element is no string, or not UTF-8.</exception>
    public static string Read(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException) when (text.ValueKind == JsonValueKind.String && StrictJson.HasLoneSurrogate(JsonMarshal.GetRawUtf8Value(text)))
        {
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(text)[1..^1]));
        }
    }

    /// <summary>The same value without halves: U+FFFD for each. For what is kept as it came, and read as text by others.</summary>
    public static JsonElement Whole(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        return StrictJson.HasLoneSurrogate(raw) ? JsonElement.Parse(StrictJson.Mend(raw)) : value;
    }

    // The parser has been over it: every escape is a whole one.
    private static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(raw[i] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var same => same,
            });
        }

        return text.ToString();
    }
}
