using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Wire;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Prove;

/// <summary>Parts of a chat as text that is equal exactly where they mean the same: members in order of their names, numbers as doubles, ids by their place.</summary>
internal static class Canonical
{
    public static string Json(object? value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            LooseValue.Write(writer, value, "value");
        }

        return Json(JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }

    public static string Json(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().OrderBy(one => one.Name, StringComparer.Ordinal).Select(one => $"{one.Name}:{Json(one.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(Json)) + "]",
        JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.String => JsonEncodedText.Encode(value.GetString()!).ToString(),
        JsonValueKind.Undefined => "null",
        _ => value.GetRawText(),
    };

    /// <summary>A tool's result, which dialects carry as text or as JSON: what is JSON is compared as JSON, a text in the one member `output` or `result` as that text.</summary>
    public static string Result(object? result)
    {
        var text = result switch
        {
            null => "",
            string plain => plain,
            JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
            JsonElement element => element.GetRawText(),
            TextContent content => content.Text,
            IEnumerable<AIContent> contents => string.Concat(contents.OfType<TextContent>().Select(content => content.Text)),
            _ => Json(result),
        };
        try
        {
            var json = JsonElement.Parse(text);
            return json.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Json(json) : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    public static string Note(AIContent content, string key) =>
        content.AdditionalProperties?.TryGetValue(key, out var value) == true && value is not null ? value is string text ? text : Json(value) : "";

    public static string Extra(AdditionalPropertiesDictionary? extra, string key) =>
        extra?.TryGetValue(key, out var value) == true && value is not null ? value is string text ? text : Json(value) : "";

    public static string Number(double? value) => value is { } number ? Math.Round(number, 4).ToString("R", CultureInfo.InvariantCulture) : "";

    public static string Lines(IEnumerable<string> lines)
    {
        var all = new StringBuilder();
        foreach (var line in lines)
        {
            all.Append(line).Append('\u241e');
        }

        return all.ToString();
    }
}
