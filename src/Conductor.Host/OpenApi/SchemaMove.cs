using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Calls;

namespace Conductor.Host.OpenApi;

/// <summary>Schemas of operations at a new place: inside another document.</summary>
internal static class SchemaMove
{
    /// <summary>A schema that stood alone: references into itself follow it.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="place">Where it will stand, as a JSON pointer: begins with `#/` and ends with `/`.</param>
    public static JsonObject To(JsonElement schema, string place)
    {
        var copy = JsonObject.Create(schema.Clone())?.DeepClone().AsObject() ?? [];
        copy.Remove("$schema");
        copy.Remove("$id");
        MoveReferences(copy, place);
        return copy;
    }

    /// <summary>`inputs` of a batch: texts, or objects of this schema.</summary>
    public static JsonObject Inputs(JsonNode item) => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["maxItems"] = OperationBatch.MaxItems,
        ["description"] = "A text each, or an object with members of a single request; its own members win over those beside `inputs`.",
        ["items"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, item) },
    };

    private static void MoveReferences(JsonNode? node, string prefix)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array)
                {
                    MoveReferences(item, prefix);
                }

                break;
            case JsonObject json:
                foreach (var (_, value) in json)
                {
                    MoveReferences(value, prefix);
                }

                if (json["$ref"] is JsonValue reference && reference.TryGetValue<string>(out var target) && target.StartsWith("#/", StringComparison.Ordinal))
                {
                    json["$ref"] = prefix + target[2..];
                }

                break;
        }
    }
}
