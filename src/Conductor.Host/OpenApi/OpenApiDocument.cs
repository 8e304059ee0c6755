using System.Text;
using System.Text.Json.Nodes;
using Conductor.Catalog;

namespace Conductor.Host.OpenApi;

/// <summary>
/// The OpenAPI document: `openapi.json` beside this file, the file of each dialect laid into it (its tags, paths and components), and the live operations put in.
/// A path that is served at another address too names it in `x-also-at`.
/// </summary>
internal static class OpenApiDocument
{
    private const string Folder = "Conductor.Host.OpenApi.";
    private const string Base = Folder + "openapi.json";
    private const string AlsoAt = "x-also-at";

    /// <summary>Members of an operation's request that are Conductor's own; the others come from the operation's schema.</summary>
    private static readonly string[] OwnMembers = ["model", "provider", "max_tokens", "temperature", "top_p", "constraints", "options"];

    public static byte[] Create(CatalogSnapshot catalog)
    {
        var document = Read(Base);
        foreach (var name in typeof(OpenApiDocument).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name != Base).Order(StringComparer.Ordinal))
        {
            Merge(document, Read(name));
        }

        RepeatPaths(document["paths"]!.AsObject());
        document["info"]!["version"] = AppVersion.Text;
        var schemas = document["components"]!["schemas"]!.AsObject();
        var paths = document["paths"]!.AsObject();
        foreach (var entry in catalog.Operations.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var (request, result) = ($"{entry.Name}.request", $"{entry.Name}.result");
            schemas[request] = WithOwnMembers(SchemaMove.To(entry.Descriptor.RequestSchema, $"#/components/schemas/{request}/"), schemas["OperationRequest"]!["properties"]!);
            schemas[result] = SchemaMove.To(entry.Descriptor.ResultSchema, $"#/components/schemas/{result}/");
            schemas[$"{entry.Name}.batch"] = BatchOf(schemas[request]!, request);
            paths[$"/v1/operations/{entry.Name}"] = PathOf(entry, request, result, paths["/v1/operations/{operation}"]!["post"]!);
        }

        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static JsonObject Read(string name)
    {
        using var resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(name)!;
        return JsonNode.Parse(resource)!.AsObject();
    }

    private static void Merge(JsonObject into, JsonObject part)
    {
        foreach (var (name, value) in part.ToList())
        {
            part.Remove(name);
            if (into[name] is JsonObject known && value is JsonObject more)
            {
                Merge(known, more);
            }
            else if (into[name] is JsonArray list && value is JsonArray further)
            {
                foreach (var item in further)
                {
                    list.Add(item!.DeepClone());
                }
            }
            else
            {
                into.Add(name, value); // the same path in two files is a mistake, and says so here
            }
        }
    }

    private static void RepeatPaths(JsonObject paths)
    {
        foreach (var (path, item) in paths.ToList())
        {
            if (item![AlsoAt] is not JsonArray others)
            {
                continue;
            }

            item.AsObject().Remove(AlsoAt);
            for (var i = 0; i < others.Count; i++)
            {
                var copy = item.DeepClone().AsObject();
                foreach (var (_, operation) in copy)
                {
                    operation!["operationId"] = $"{operation["operationId"]}Alias{(i == 0 ? "" : $"{i + 1}")}";
                }

                paths[others[i]!.GetValue<string>()] = copy;
            }
        }
    }

    private static JsonObject PathOf(OperationEntry entry, string request, string result, JsonNode any)
    {
        var post = any.DeepClone().AsObject();
        post["operationId"] = $"run_{entry.Name}";
        post["summary"] = entry.Descriptor.Description;
        post["parameters"]!.AsArray().RemoveAt(0); // the name, which stands in the path now
        post["requestBody"]!["content"]!["application/json"]!["schema"] = OneOf(Reference(request), Reference($"{entry.Name}.batch"));
        var response = new JsonObject
        {
            ["allOf"] = new JsonArray(
                Reference("OperationResponse"),
                new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["result"] = Reference(result) } }),
        };
        post["responses"]!["200"]!["content"]!["application/json"]!["schema"] = OneOf(response, Reference("BatchResponse"));
        return new JsonObject { ["post"] = post };
    }

    /// <summary>The request of a batch: `inputs`, and every member of a single request but its text.</summary>
    private static JsonObject BatchOf(JsonNode single, string request)
    {
        var properties = new JsonObject { ["inputs"] = SchemaMove.Inputs(Reference(request)) };
        foreach (var (name, schema) in single["properties"]!.AsObject())
        {
            if (name != "text")
            {
                properties[name] = schema!.DeepClone();
            }
        }

        return new JsonObject { ["type"] = "object", ["required"] = new JsonArray("inputs"), ["properties"] = properties };
    }

    private static JsonObject OneOf(params JsonNode[] schemas) => new() { ["oneOf"] = new JsonArray(schemas) };

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

    private static JsonObject Reference(string schema) => new() { ["$ref"] = $"#/components/schemas/{schema}" };
}
