using System.Text.Json;
using Conductor.Providers;
using Conductor.Routing;

namespace Conductor.Host.Dialects.OpenAI;

/// <summary>Writes what may be asked for in OpenAI's shape, with a few members more.</summary>
internal static class OpenAIModelList
{
    private static readonly ModelCapabilities[] Single = [.. Enum.GetValues<ModelCapabilities>().Where(value => value != ModelCapabilities.None)];

    public static IEnumerable<string> Names(ModelCapabilities capabilities) => Single.Where(value => capabilities.HasFlag(value)).Select(NameOf);

    public static void Write(Utf8JsonWriter json, IReadOnlyList<ListedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models)
        {
            Write(json, model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(ModelCapabilities capability) => capability switch
    {
        ModelCapabilities.JsonSchema => "json_schema",
        _ => capability.ToString().ToLowerInvariant(),
    };

    public static void Write(Utf8JsonWriter json, ListedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", 0);
        json.WriteString("owned_by", model.OwnedBy);
        json.WriteString("kind", model.Kind);
        json.WriteString("display_name", model.DisplayName);
        json.WriteStartArray("capabilities");
        foreach (var capability in Names(model.Capabilities))
        {
            json.WriteStringValue(capability);
        }

        json.WriteEndArray();
        json.WriteStartArray("operations");
        foreach (var operation in model.Operations)
        {
            json.WriteStringValue(operation);
        }

        json.WriteEndArray();
        WriteNumber(json, "context_window", model.ContextWindow);
        WriteNumber(json, "max_output_tokens", model.MaxOutputTokens);
        json.WriteStartArray("targets");
        foreach (var target in model.Targets)
        {
            json.WriteStringValue(target);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
