using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Conductor.Hooks;

/// <summary>The texts inside a JSON value: every string, without its escapes, and every whole number that is long enough to be more than a count. Names of members are not among them.</summary>
internal static class JsonStrings
{
    private const int LongNumber = 12;
    private const int LongestWord = 1024;

    /// <summary>All texts, in the order in which they stand there.</summary>
    public static void Collect(JsonElement value, List<string> into)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when IsText(value):
                into.Add(value.GetString()!);
                break;
            case JsonValueKind.Number when IsLong(value):
                into.Add(value.GetRawText());
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, into);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, into);
                }

                break;
        }
    }

    /// <summary>The same value with other texts in their places. A number whose text was changed becomes a string.</summary>
    /// <param name="value">The value.</param>
    /// <param name="texts">As many as <see cref="Collect"/> finds, in that order.</param>
    public static byte[] Replace(JsonElement value, IEnumerable<string> texts)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using var next = texts.GetEnumerator();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, value, next);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Text that ought to be JSON and is none, its escapes of printable ASCII undone, so that what they stand for can be seen.</summary>
    public static string Unescape(string broken)
    {
        if (!broken.Contains("\\u00", StringComparison.OrdinalIgnoreCase))
        {
            return broken;
        }

        var plain = new StringBuilder(broken.Length);
        for (var i = 0; i < broken.Length; i++)
        {
            if (i + 6 <= broken.Length && broken.AsSpan(i, 4).Equals("\\u00", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(broken.AsSpan(i + 4, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code is >= ' ' and < 127 and not ('"' or '\\')
                && (i == 0 || broken[i - 1] != '\\'))
            {
                plain.Append((char)code);
                i += 5;
            }
            else
            {
                plain.Append(broken[i]);
            }
        }

        return plain.ToString();
    }

    // A picture or a file in base64 is as long as it is empty of words.
    private static bool IsText(JsonElement value) => value.GetString() is { Length: <= LongestWord } || value.GetString()!.AsSpan().IndexOfAny(" @\n\t") >= 0;

    private static bool IsLong(JsonElement number) => number.GetRawText() is { Length: >= LongNumber } text && text.All(char.IsAsciiDigit);

    private static void Write(Utf8JsonWriter json, JsonElement value, IEnumerator<string> next)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when IsText(value):
                next.MoveNext();
                json.WriteStringValue(next.Current);
                break;
            case JsonValueKind.Number when IsLong(value):
                next.MoveNext();
                if (next.Current == value.GetRawText())
                {
                    value.WriteTo(json);
                }
                else
                {
                    json.WriteStringValue(next.Current);
                }

                break;
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value, next);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, next);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
