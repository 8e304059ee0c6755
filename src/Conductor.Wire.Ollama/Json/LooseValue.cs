using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.Wire.Ollama;

/// <summary>Writes the untyped values that Microsoft.Extensions.AI carries (arguments, results) without reflection.</summary>
internal static class LooseValue
{
    private const int MaxDepth = 64;

    public static void Write(Utf8JsonWriter writer, object? value, string path, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new OllamaRequestException(path, $"'{path}' is nested deeper than {MaxDepth} levels.", isUnsupported: false);
        }

        switch (value)
        {
            case null or JsonElement { ValueKind: JsonValueKind.Undefined }:
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
            case int or long or short or byte or sbyte or ushort or uint:
                writer.WriteNumberValue(Convert.ToInt64(value, null));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case float or double:
                writer.WriteNumberValue(Convert.ToDouble(value, null));
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case IEnumerable<KeyValuePair<string, object?>> members:
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member, path, depth + 1);
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
            default:
                throw new OllamaRequestException(path, $"'{path}' holds a {value.GetType().Name}, which cannot be written as JSON.", isUnsupported: false);
        }
    }
}
