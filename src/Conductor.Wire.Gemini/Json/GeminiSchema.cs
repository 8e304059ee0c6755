using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>
/// Google's own schema (a part of OpenAPI 3.0: types in capitals, `nullable`, counts as text) said as JSON Schema, which every dialect reads.
/// What is JSON Schema already comes out as it went in.
/// </summary>
internal static class GeminiSchema
{
    public static JsonElement ToJsonSchema(RequestElement schema) => GeminiJson.Build(writer => Write(writer, schema, 0));

    private static void Write(Utf8JsonWriter writer, RequestElement schema, int depth)
    {
        if (depth > StrictJson.MaxDepth)
        {
            throw schema.Invalid($"is nested deeper than {StrictJson.MaxDepth} levels");
        }

        if (schema.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            schema.Value.WriteTo(writer);
            return;
        }

        var isNullable = schema.RequireObject().Get("nullable").OptionalBoolean() ?? false;
        writer.WriteStartObject();
        foreach (var (name, value) in schema.Members())
        {
            switch (name)
            {
                case "nullable" or "propertyOrdering":
                    break;
                case "type":
                    WriteType(writer, value, isNullable);
                    break;
                case "format" when value.Value.ValueEquals("enum"u8):
                    break; // only says that `enum` is there
                case "enum" when isNullable && value.Value.ValueKind == JsonValueKind.Array:
                    writer.WriteStartArray(name);
                    foreach (var item in value.Value.EnumerateArray())
                    {
                        item.WriteTo(writer);
                    }

                    writer.WriteNullValue();
                    writer.WriteEndArray();
                    break;
                case "items" or "additionalProperties" or "not" when value.Value.ValueKind == JsonValueKind.Object:
                    writer.WritePropertyName(name);
                    Write(writer, value, depth + 1);
                    break;
                case "anyOf" or "oneOf" or "allOf" or "prefixItems" when value.Value.ValueKind == JsonValueKind.Array:
                    writer.WriteStartArray(name);
                    foreach (var item in value.Items())
                    {
                        Write(writer, item, depth + 1);
                    }

                    writer.WriteEndArray();
                    break;
                case "properties" or "$defs" or "defs" when value.Value.ValueKind == JsonValueKind.Object:
                    WriteProperties(writer, name == "defs" ? "$defs" : name, value, schema.Get("propertyOrdering"), depth);
                    break;
                case "minItems" or "maxItems" or "minLength" or "maxLength" or "minProperties" or "maxProperties":
                    writer.WriteNumber(name, value.Integer(0, long.MaxValue) ?? 0);
                    break;
                case "example":
                    writer.WriteStartArray("examples"u8);
                    value.Value.WriteTo(writer);
                    writer.WriteEndArray();
                    break;
                case "ref":
                    writer.WritePropertyName("$ref"u8);
                    value.Value.WriteTo(writer);
                    break;
                default:
                    writer.WritePropertyName(name);
                    value.Value.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, RequestElement type, bool isNullable)
    {
        if (type.Value.ValueKind != JsonValueKind.String)
        {
            writer.WritePropertyName("type"u8);
            type.Value.WriteTo(writer);
            return;
        }

        var name = type.String().ToLowerInvariant();
        if (name is "type_unspecified" or "")
        {
            return;
        }

        if (!isNullable || name == "null")
        {
            writer.WriteString("type"u8, name);
            return;
        }

        writer.WriteStartArray("type"u8);
        writer.WriteStringValue(name);
        writer.WriteStringValue("null"u8);
        writer.WriteEndArray();
    }

    /// <summary>JSON Schema has no order of its own: models write members in the order in which they stand here.</summary>
    private static void WriteProperties(Utf8JsonWriter writer, string name, RequestElement properties, RequestElement ordering, int depth)
    {
        var names = properties.Value.EnumerateObject().Select(member => member.Name).ToList();
        if (ordering.Value.ValueKind == JsonValueKind.Array)
        {
            var wanted = ordering.Items().Select(item => item.String()).ToList();
            names = [.. names.OrderBy(member => wanted.IndexOf(member) is >= 0 and var at ? at : int.MaxValue)];
        }

        writer.WriteStartObject(name);
        foreach (var member in names)
        {
            writer.WritePropertyName(member);
            Write(writer, properties[member], depth + 1);
        }

        writer.WriteEndObject();
    }
}
