using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.Wire;

/// <summary>Writes the untyped values that Microsoft.Extensions.AI carries (arguments, results, additional properties) without reflection.</summary>
public static class LooseValue
{
    public static void Write(Utf8JsonWriter writer, object? value, string path, int depth = 0)
    {
        if (depth > StrictJson.MaxDepth)
        {
            throw new WireRequestException(path, $"'{path}' is nested deeper than {StrictJson.MaxDepth} levels.", WireRequestCodes.InvalidValue);
        }

        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                writer.WriteNullValue();
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case JsonNode node:
                node.WriteTo(writer);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case IEnumerable<KeyValuePair<string, object?>> members:
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member, path + "." + name, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IDictionary members:
                writer.WriteStartObject();
                foreach (DictionaryEntry member in members)
                {
                    var name = Convert.ToString(member.Key, System.Globalization.CultureInfo.InvariantCulture)!;
                    writer.WritePropertyName(name);
                    Write(writer, member.Value, path + "." + name, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, path, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case Guid or DateTime or DateTimeOffset or Uri or Enum:
                writer.WriteStringValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                throw new WireRequestException(
                    path,
                    $"'{path}' holds a {value.GetType().Name}, which has no JSON form here; give a JsonElement, JsonNode, string, number, boolean, list or dictionary.",
                    WireRequestCodes.Unsupported);
        }
    }
}
