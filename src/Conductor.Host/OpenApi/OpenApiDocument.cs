using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Catalog;

namespace Conductor.Host.OpenApi;

/// <summary>The OpenAPI document: `openapi.json` beside this file, with the live operations put in.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "Conductor.Host.OpenApi.openapi.json";

    /// <summary>Members of an operation's request that are Conductor's own; the others come from the operation's schema.</summary>
    private static readonly string[] OwnMembers = ["model", "provider", "max_tokens", "temperature", "top_p", "constraints", "options"];

    public static byte[] Create(CatalogSnapshot catalog)
    {
        using var resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)!;
        var document = JsonNode.Parse(resource)!.AsObject();
        document["info"]!["version"] = AppVersion.Text;
        var schemas = document["components"]!["schemas"]!.AsObject();
        var paths = document["paths"]!.AsObject();
        foreach (var entry in catalog.Operations.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var (request, result) = ($"{entry.Name}.request", $"{entry.Name}.result");
            schemas[request] = WithOwnMembers(Embed(entry.Descriptor.RequestSchema, request), schemas["OperationRequest"]!["properties"]!);
            schemas[result] = Embed(entry.Descriptor.ResultSchema, result);
            paths[$"/v1/operations/{entry.Name}"] = PathOf(entry, request, result, paths["/v1/operations/{operation}"]!["post"]!);
        }

        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static JsonObject PathOf(OperationEntry entry, string request, string result, JsonNode any)
    {
        var post = any.DeepClone().AsObject();
        post["operationId"] = $"run_{entry.Name}";
        post["summary"] = entry.Descriptor.Description;
        post["parameters"]!.AsArray().RemoveAt(0); // the name, which stands in the path now
        post["requestBody"]!["content"]!["application/json"]!["schema"] = Reference(request);
        post["responses"]!["200"]!["content"]!["application/json"]!["schema"] = new JsonObject
        {
            ["allOf"] = new JsonArray(
                Reference("OperationResponse"),
                new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["result"] = Reference(result) } }),
        };
        return new JsonObject { ["post"] = post };
    }

    private static JsonObject WithOwnMembers(JsonObject schema, JsonNode own)
    {
        var properties = schema["properties"] as JsonObject;
        if (properties is null)
        {
            schema["properties"] = properties = [];
        }

        foreach (var name in OwnMembers)
        {
            properties[name] = own[name]!.DeepClone();
        }

        return schema;
    }

    /// <summary>A schema that stood alone, at its new place: references into itself follow it.</summary>
    private static JsonObject Embed(JsonElement schema, string name)
    {
        var copy = JsonObject.Create(schema.Clone())?.DeepClone().AsObject() ?? [];
        copy.Remove("$schema");
        copy.Remove("$id");
        MoveReferences(copy, $"#/components/schemas/{name}/");
        return copy;
    }

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

    private static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };
}
