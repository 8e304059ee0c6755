using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.Prompts;

/// <summary>What arguments look like to templates and functions.</summary>
internal static class PromptValue
{
    // Deeper structures are a mistake, or a list that holds itself.
    public const int MaxDepth = 64;

    // A list without an end must not fill the memory.
    private const int MaxItems = 100_000;

    /// <summary>Text in the invariant culture; null is nothing.</summary>
    public static string ToText(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "True" : "False",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Values that templates print without looking inside.</summary>
    public static bool IsPlain(object value) =>
        value is bool or char or byte or sbyte or short or ushort or int or uint or long or ulong or nint or nuint or Int128 or UInt128
            or Half or float or double or decimal or DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan or Guid or Enum;

    /// <summary>JSON elements and nodes become strings, numbers, truth values, lists and dictionaries; all else stays.</summary>
    public static object? Unwrap(object? value) => value switch
    {
        JsonElement element => FromJson(element),
        JsonDocument document => FromJson(document.RootElement),
        JsonNode node => FromJson(ToElement(node)),
        _ => value,
    };

    /// <summary>A copy that holds nothing of whoever made the value: strings, numbers, truth values, times, lists and dictionaries; all else as its text.</summary>
    /// <exception cref="PromptRenderException">It is nested too deep, or too long.</exception>
    public static object? Detach(object? value, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw TooDeep();
        }

        switch (Unwrap(value))
        {
            case null:
                return null;
            case string text:
                return text;
            case Enum or char:
                return value!.ToString();
            case { } plain when IsPlain(plain):
                return plain;
            case { } dictionary when AsPairs(dictionary) is { } pairs:
                var map = new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach (var (key, item) in pairs)
                {
                    CheckLength(map.Count);
                    map[key] = Detach(item, depth + 1);
                }

                return map;
            case IEnumerable items:
                var list = new List<object?>();
                foreach (var item in items)
                {
                    CheckLength(list.Count);
                    list.Add(Detach(item, depth + 1));
                }

                return list.Count > 0 && list.TrueForAll(item => item is string) ? list.Cast<string>().ToList() : list;
            case { } other:
                return ToText(other);
        }
    }

    /// <summary>JSON of strings, numbers, truth values, times, lists and dictionaries.</summary>
    /// <param name="value">What to write.</param>
    /// <param name="escapeAll">Escape as <see cref="JsonSerializer"/> does by default: all but ASCII, and HTML's own characters.</param>
    /// <param name="readText">Turns a template's text into plain text; null where text is plain already.</param>
    public static string ToJson(object? value, bool escapeAll = false, Func<string, string>? readText = null)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = escapeAll ? JavaScriptEncoder.Default : JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, value, readText, 0);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter writer, object? value, Func<string, string>? readText, int depth)
    {
        if (depth > MaxDepth)
        {
            throw TooDeep();
        }

        switch (Unwrap(value))
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case string text:
                writer.WriteStringValue(readText is null ? text : readText(text));
                break;
            case PromptList { Raw: { } raw }:
                Write(writer, raw, null, depth);
                break;
            case PromptMap { Raw: { } raw }:
                Write(writer, raw, null, depth);
                break;
            case double number when !double.IsFinite(number):
                writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            case float number when !float.IsFinite(number):
                writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case float number:
                writer.WriteNumberValue(number);
                break;
            case Enum named:
                writer.WriteRawValue(named.ToString("D"));
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal or nint or nuint or Int128 or UInt128:
                writer.WriteRawValue(ToText(value));
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time);
                break;
            case { } other when AsPairs(other) is { } pairs:
                writer.WriteStartObject();
                foreach (var (key, item) in pairs)
                {
                    writer.WritePropertyName(key);
                    Write(writer, item, readText, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item, readText, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case { } other:
                writer.WriteStringValue(ToText(other));
                break;
        }
    }

    /// <summary>A dictionary's pairs; null for what is not a dictionary with strings as keys.</summary>
    public static IEnumerable<KeyValuePair<string, object?>>? AsPairs(object value) => value switch
    {
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs,
        IEnumerable<KeyValuePair<string, string>> texts => texts.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)),
        IDictionary dictionary => dictionary.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create(ToText(entry.Key), entry.Value)),
        _ => null,
    };

    private static void CheckLength(int count)
    {
        if (count >= MaxItems)
        {
            throw new PromptRenderException($"A function gives a list of more than {MaxItems:N0} entries.", SemanticKernelErrors.NotSupported);
        }
    }

    public static PromptRenderException TooDeep() =>
        new($"An argument is nested deeper than {MaxDepth} levels, or holds itself.", SemanticKernelErrors.NotSupported);

    private static object? FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => FromJsonNumber(element),
        JsonValueKind.Array => element.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.Object => FromJsonObject(element),
        _ => null,
    };

    private static object FromJsonNumber(JsonElement element)
    {
        if (element.TryGetInt32(out var small))
        {
            return small;
        }

        if (element.TryGetInt64(out var whole))
        {
            return whole;
        }

        return element.TryGetDouble(out var number) && double.IsFinite(number) ? number : element.GetRawText();
    }

    private static Dictionary<string, object?> FromJsonObject(JsonElement element)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            map[property.Name] = FromJson(property.Value); // of a name that stands twice the last counts
        }

        return map;
    }

    private static JsonElement ToElement(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            node.WriteTo(writer);
        }

        var reader = new Utf8JsonReader(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return JsonElement.ParseValue(ref reader);
    }
}
