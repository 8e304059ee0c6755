using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Conductor.Configuration.Editing;

/// <summary>Writes values as YAML on one line. What looks like a reference to the environment in them is text: `${` goes out as `$${`.</summary>
public static class YamlText
{
    private static readonly string[] Words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

    /// <summary>A text: bare where nobody can take it for something else, else in double quotes.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsPlain(text) ? text : $"\"{JavaScriptEncoder.Default.Encode(text).Replace("${", "$${", StringComparison.Ordinal)}\"";
    }

    /// <summary>Any JSON value: objects in braces, arrays in brackets.</summary>
    public static string Of(JsonElement value)
    {
        var output = new StringBuilder();
        Write(output, value);
        return output.ToString();
    }

    private static void Write(StringBuilder output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().ToList();
                output.Append(members.Count == 0 ? "{}" : "{ ");
                for (var i = 0; i < members.Count; i++)
                {
                    output.Append(Of(members[i].Name)).Append(": ");
                    Write(output, members[i].Value);
                    output.Append(i < members.Count - 1 ? ", " : " }");
                }

                break;
            case JsonValueKind.Array:
                var items = value.EnumerateArray().ToList();
                output.Append(items.Count == 0 ? "[]" : "[ ");
                for (var i = 0; i < items.Count; i++)
                {
                    Write(output, items[i]);
                    output.Append(i < items.Count - 1 ? ", " : " ]");
                }

                break;
            case JsonValueKind.String:
                output.Append(Of(value.GetString()!));
                break;
            default:
                output.Append(value.GetRawText());
                break;
        }
    }

    private static bool IsPlain(string text) =>
        text.Length is > 0 and <= 80 && char.IsAsciiLetterLower(text[0]) && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-') && !Words.Contains(text);
}
