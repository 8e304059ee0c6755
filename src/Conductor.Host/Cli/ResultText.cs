using System.Globalization;
using System.Text.Json;

namespace Conductor.Host.Cli;

/// <summary>An operation's result as lines of plain text: a line per value, numbers in a row on one line, lists of objects as tables.</summary>
internal static class ResultText
{
    private const int MostNumbers = 8;
    private const int MostVectors = 8;

    /// <summary>The lines; a name stands in bold where that can be, and is empty for lines that are parts of a list.</summary>
    public static IEnumerable<(string Name, string Value)> Lines(JsonElement result) => Lines(result, "");

    /// <summary>A value on one line; numbers with four decimals at most, or where that would be nothing, as they are.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Clean(value.GetString()!),
        JsonValueKind.Null => "(none)",
        JsonValueKind.Number => Number(value),
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(member => $"{Clean(member.Name)}: {Of(member.Value)}")),
        JsonValueKind.Array when IsVector(value) => Vector(value),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Of)),
        _ => value.GetRawText(),
    };

    /// <summary>Without what a terminal would take for a command: a model may have written it.</summary>
    public static string Clean(string text) => text.Any(IsCommand) ? string.Concat(text.Where(character => !IsCommand(character))) : text;

    private static IEnumerable<(string Name, string Value)> Lines(JsonElement element, string path)
    {
        var name = path.Length == 0 ? "" : $"{path}:";
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().SelectMany(member => Lines(member.Value, path.Length == 0 ? Clean(member.Name) : $"{path}.{Clean(member.Name)}"));
            case JsonValueKind.Array when element.GetArrayLength() == 0:
                return [(name, "(none)")];
            case JsonValueKind.Array when IsVector(element):
                return [(name, Vector(element))];
            case JsonValueKind.Array when element.EnumerateArray().All(IsVector):
                return Vectors(element, path, name);
            case JsonValueKind.Array when element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object):
                return [(name, ""), .. ResultTable.Lines(element).Select(line => ("", "  " + line))];
            case JsonValueKind.Array when element.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)):
                return element.EnumerateArray().Select(item => (name, $"- {Of(item)}"));
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany((item, index) => Lines(item, $"{path}[{index}]"));
            default:
                return [(name, Of(element))];
        }
    }

    private static IEnumerable<(string Name, string Value)> Vectors(JsonElement vectors, string path, string name)
    {
        var lines = vectors.EnumerateArray().Take(MostVectors).Select((vector, index) => ($"{path}[{index}]:", Vector(vector)));
        var count = vectors.GetArrayLength();
        return count > MostVectors ? lines.Append((name, $"… ({count} in all)")) : lines;
    }

    private static string Vector(JsonElement vector)
    {
        var count = vector.GetArrayLength();
        var first = string.Join(", ", vector.EnumerateArray().Take(MostNumbers).Select(Number));
        return count > MostNumbers ? $"{first}, … ({count} numbers)" : first;
    }

    private static bool IsVector(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0 && element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number);

    private static string Number(JsonElement number)
    {
        var raw = number.GetRawText();
        if (!raw.AsSpan().ContainsAny('.', 'e', 'E'))
        {
            return raw;
        }

        var value = number.GetDouble();
        return Math.Abs(value) is 0 or >= 0.00005 and < 1e15 ? value.ToString("0.####", CultureInfo.InvariantCulture) : value.ToString("0.###e0", CultureInfo.InvariantCulture);
    }

    private static bool IsCommand(char character) => char.IsControl(character) && character is not ('\n' or '\r' or '\t');
}
