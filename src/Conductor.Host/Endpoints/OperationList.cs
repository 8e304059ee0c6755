using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Host.OpenApi;
using Conductor.Settings;
using Conductor.Text;

namespace Conductor.Host.Endpoints;

/// <summary>The operations as `GET /v1/operations` shows them.</summary>
internal static class OperationList
{
    /// <summary>Those that a key may run.</summary>
    public static void Write(Utf8JsonWriter json, CatalogSnapshot catalog, CallerKeySettings? key)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var entry in catalog.Operations.Values.Where(entry => AccessRoutes.Allow(key?.Routes ?? [], AccessRoutes.Operations, entry.Name)).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            Write(json, entry);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, OperationEntry entry)
    {
        var descriptor = entry.Descriptor;
        json.WriteStartObject();
        json.WriteString("id", entry.Name);
        json.WriteString("object", "operation");
        json.WriteString("description", descriptor.Description);
        json.WriteString("plugin", entry.PluginId);
        json.WriteString("path", $"/v1/operations/{entry.Name}");
        json.WriteBoolean("requires_text", descriptor.RequiresText);
        json.WriteNumber("max_text_length", descriptor.MaxTextLength);
        json.WriteBoolean("cacheable", descriptor.IsCacheable);
        json.WritePropertyName("request_schema");
        descriptor.RequestSchema.WriteTo(json);
        json.WritePropertyName("result_schema");
        descriptor.ResultSchema.WriteTo(json);
        WriteBatch(json, entry);
        json.WriteEndObject();
    }

    private static void WriteBatch(Utf8JsonWriter json, OperationEntry entry)
    {
        json.WriteStartObject("batch");
        json.WriteString("path", $"/v1/operations/{entry.Name}:batch");
        json.WriteNumber("max_inputs", OperationBatch.MaxItems);
        json.WritePropertyName("request_schema");
        new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("inputs"),
            ["properties"] = new JsonObject
            {
                ["inputs"] = SchemaMove.Inputs(SchemaMove.To(entry.Descriptor.RequestSchema, "#/properties/inputs/items/anyOf/1/")),
            },
        }.WriteTo(json);
        json.WriteEndObject();
    }

    public static OperationEntry Find(CatalogSnapshot catalog, string name) =>
        catalog.Operations.GetValueOrDefault(name) ?? throw ConductorErrors.OperationNotFound(name, NearestName.Find(name, catalog.Operations.Keys));
}
