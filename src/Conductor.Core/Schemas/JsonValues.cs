using System.Globalization;
using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>What the checks need to know of JSON values: how to name, compare and hash them.</summary>
internal static class JsonValues
{
    // Enough to recognise a value in a message, too little to flood a log with one.
    private const int LongestQuote = 60;

    public static string KindInWords(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "nothing",
    };

    /// <summary>The value as messages show it: strings in quotes, everything cut short.</summary>
    public static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"'{Cut(value.GetString()!)}'",
        JsonValueKind.Array or JsonValueKind.Object => KindInWords(value),
        _ => Cut(value.GetRawText()),
    };

    /// <summary>The text without line breaks and control characters, and no longer than a message can bear.</summary>
    public static string Cut(string text, int longest = LongestQuote)
    {
        var shown = text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest), "…");
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(letter => char.IsControl(letter) ? '·' : letter)) : shown;
    }

    public static int CodePoints(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                count--;
            }
        }

        return count;
    }

    public static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    /// <summary>Equal values have equal hashes: 1 and 1.0, and objects whatever their members' order.</summary>
    public static int Hash(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return HashCode.Combine(1, value.GetString());
            case JsonValueKind.Number:
                return HashCode.Combine(2, value.GetDouble());
            case JsonValueKind.Array:
                var items = new HashCode();
                foreach (var item in value.EnumerateArray())
                {
                    items.Add(Hash(item));
                }

                return items.ToHashCode();
            case JsonValueKind.Object:
                var members = 0;
                foreach (var member in value.EnumerateObject())
                {
                    members = unchecked(members + HashCode.Combine(member.Name, Hash(member.Value)));
                }

                return members;
            default:
                return (int)value.ValueKind;
        }
    }

    /// <summary>A string as JSON, for the checks of members' names.</summary>
    public static JsonElement FromText(string text)
    {
        using var document = JsonDocument.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        return document.RootElement.Clone();
    }
}
